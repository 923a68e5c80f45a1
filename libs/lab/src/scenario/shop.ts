import type { Lab } from '../lab.js';
import type { Workload, WorkloadSpec } from '../workload.js';

/** Each workload of the shop serves this besides its own port; no policy names it. */
export const ADMIN_PORT = 9901;
export const MAIN_PORT = { web: 80, orders: 8080, payments: 8443, database: 5432, stranger: 9000 } as const;
export type Name = keyof typeof MAIN_PORT;
export const NAMES = Object.keys(MAIN_PORT) as Name[];
/** Connections within a node and across nodes, allowed and not. */
const NODE: Readonly<Record<Name, number>> = { web: 1, orders: 2, payments: 3, database: 1, stranger: 2 };

/** What examples/shop.yaml allows: client, server; always the server's main port. */
export const ALLOWED: readonly (readonly [Name, Name])[] = [
  ['web', 'orders'],
  ['orders', 'payments'],
  ['orders', 'database'],
  ['payments', 'database'],
];

export type Shop = Readonly<Record<Name, Workload>>;

/** One workload of the shop as its node gets it. */
export const shopSpec = (name: Name): WorkloadSpec => ({
  name,
  scope: name === 'stranger' ? 'elsewhere' : 'shop',
  ports: [MAIN_PORT[name], ADMIN_PORT],
});

/** Adds the shop's workloads to a lab of three nodes. */
export async function addShop(lab: Lab): Promise<Shop> {
  const made = NAMES.map(
    async (name) => [name, await lab.node(NODE[name]).addWorkload(shopSpec(name))] as const,
  );
  return Object.fromEntries(await Promise.all(made)) as Record<Name, Workload>;
}
