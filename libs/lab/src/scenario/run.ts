import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { until } from '../exec.js';
import type { Lab } from '../lab.js';
import { checkoutRoot } from '../paths.js';
import { explain, recentFlows, type FlowLine } from './flows.js';
import { describe, isAllowed, mistakes, probeMatrix, type Answer } from './matrix.js';
import { addShop, ADMIN_PORT, MAIN_PORT, NAMES, type Shop } from './shop.js';

/** One thing that had to hold. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was wrong, at most twenty lines. */
  readonly details: readonly string[];
}

/** What the shop showed. */
export interface ShopReport {
  readonly before: readonly Answer[];
  readonly after: readonly Answer[];
  /** From the apply request to the answer that every node enforces it. */
  readonly realizedLatencyMs: number;
  readonly revision: number;
  readonly flows: readonly FlowLine[];
  readonly checks: readonly Check[];
}

const check = (name: string, details: readonly string[]): Check => ({
  name,
  ok: details.length === 0,
  details: details.slice(0, 20),
});

export const shopFile = (): string => join(checkoutRoot(), 'examples', 'shop.yaml');

/** Applies policies and waits until every node enforces them. Rejects where one does not within 30 s. */
export async function applyAndWait(
  lab: Lab,
  text: string,
): Promise<{ readonly ms: number; readonly revision: number }> {
  const from = performance.now();
  const answer = await lab
    .api()
    .policies.apply(
      { text, file: 'shop.yaml', waitRealized: true, timeoutSeconds: 30 },
      { timeoutMs: 40_000 },
    );
  const ms = performance.now() - from;
  if (answer.realization?.realized !== true)
    throw new Error(`not realized: pending ${answer.realization?.pendingNodes.join(', ') ?? '?'}`);
  return { ms, revision: Number(answer.revision?.revision ?? 0) };
}

/** Servers answer inside their own namespaces: so silence later is the policy's doing. */
async function ownServers(shop: Shop): Promise<string[]> {
  const lines = NAMES.map(async (name) => {
    const all = ([4, 6] as const).flatMap((family) =>
      [MAIN_PORT[name], ADMIN_PORT].map((port) => ({
        host: shop[name].address(family),
        port,
        transport: 'tcp' as const,
        timeoutMs: 2_000,
      })),
    );
    const answers = await shop[name].ask('probes', { all });
    return answers.flatMap(({ ok, error }, i) => (ok ? [] : [`${name} port ${all[i]?.port}: ${error}`]));
  });
  return (await Promise.all(lines)).flat();
}

async function flowsFor(lab: Lab, shop: Shop, after: readonly Answer[]) {
  let best = explain([], after, shop);
  await until(
    'flows arrive',
    async () => {
      best = explain(await recentFlows(lab.api(1)), after, shop);
      return best.missing.length === 0;
    },
    5_000,
    100,
  ).catch(() => undefined); // what is missing is said in the check
  return best;
}

/** Plays the scenario in a lab of three nodes. `tell` is called with each result as it comes. */
export async function playShop(
  lab: Lab,
  tell: {
    before?(answers: readonly Answer[]): void;
    applied?(ms: number): void;
    after?(answers: readonly Answer[]): void;
  } = {},
): Promise<ShopReport> {
  const shop = await addShop(lab);
  const own = await ownServers(shop);
  const before = await probeMatrix(shop);
  tell.before?.(before);
  const { ms, revision } = await applyAndWait(lab, readFileSync(shopFile(), 'utf8'));
  tell.applied?.(ms);
  const after = await probeMatrix(shop);
  tell.after?.(after);
  const { lines, missing } = await flowsFor(lab, shop, after);
  return {
    before,
    after,
    realizedLatencyMs: ms,
    revision,
    flows: lines,
    checks: [
      check('every server answers in its own namespace', own),
      check(
        'nothing reaches anything before',
        mistakes(before, () => false),
      ),
      check('exactly what the policy names after', mistakes(after, isAllowed)),
      check(
        'a flow names the reason of each verdict',
        missing.map((cell) => `no flow explains ${describe(cell)}`),
      ),
    ],
  };
}
