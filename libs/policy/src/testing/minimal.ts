import { IDENTITY, isCidr, type Family } from '@sluice/labels';
import { provenanceKey } from '../engine/provenance.js';
import { PolicyTable, type Query } from '../engine/evaluate.js';
import type { PolicyMapEntry, ResolvedClass } from '../types.js';

/** Strangers: a peer that no number is written for, one of the cluster, one of each family of the world. */
const STRANGERS: readonly number[] = [IDENTITY.UNKNOWN, IDENTITY.CLUSTER_MAX, IDENTITY.CIDR_FLAG * 2 - 1, IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6]; // prettier-ignore
const LEVELS: readonly number[] = [IDENTITY.ANY, IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6, IDENTITY.CLUSTER];

/** Every protocol and port at which some key begins, or the next one after it ends: verdicts change nowhere else. */
function pointsOf(entries: readonly PolicyMapEntry[]): { protocol: number; port: number }[] {
  const points = new Map<number, Set<number>>([[255, new Set([0])]]);
  for (const { protocol, port, portBits } of entries) {
    if (protocol === 0) continue;
    let ports = points.get(protocol);
    if (!ports) points.set(protocol, (ports = new Set([0])));
    ports.add(port);
    const next = port + 2 ** (16 - portBits);
    if (next <= 65535) ports.add(next);
  }
  return [...points].flatMap(([protocol, ports]) => [...ports].map((port) => ({ protocol, port })));
}

/** One packet for each way in which this form can be asked about what an entry says. */
function packetsFor({ entries }: ResolvedClass, entry: PolicyMapEntry): Query[] {
  const { identity, direction } = entry;
  const others = entries.filter((e) => e.direction === direction);
  const numbers = new Set(others.map((e) => e.identity));
  const peers = LEVELS.includes(identity) ? [...STRANGERS, ...numbers] : [identity];
  const asked = peers.filter((p) => p !== IDENTITY.ANY && p !== IDENTITY.CLUSTER);
  const points = pointsOf(others);
  return asked.flatMap((peer) => {
    const families: Family[] = isCidr(peer) ? [4, 6] : [peer === IDENTITY.WORLD_IPV6 ? 6 : 4];
    return families.flatMap((family) => points.map((point) => ({ peer, family, direction, ...point })));
  });
}

/** What an answer is but for the entry that gave it. */
function told(entry: PolicyMapEntry | null): string {
  return entry ? `${entry.deny} ${provenanceKey(entry.provenance)}` : 'nothing';
}

function sameWith(
  table: PolicyTable,
  entries: readonly PolicyMapEntry[],
  packets: readonly Query[],
): boolean {
  const other = new PolicyTable(entries);
  return packets.every((q) => {
    const [a, b] = [table.find(q), other.find(q)];
    return a === b || told(a) === told(b);
  });
}

/** The entries without any one of which every packet would have the same verdict for the same reason: there should be none. */
export function needless(form: ResolvedClass): PolicyMapEntry[] {
  const table = new PolicyTable(form.entries);
  return form.entries.filter((entry) =>
    sameWith(table, form.entries.filter((e) => e !== entry), packetsFor(form, entry)),
  );
} // prettier-ignore

/** Pairs of neighbours that one entry of twice the size could stand for: there should be none. */
export function mergeable(form: ResolvedClass): PolicyMapEntry[] {
  const table = new PolicyTable(form.entries);
  return form.entries.filter((entry) => {
    const size = 2 ** (16 - entry.portBits);
    if (entry.protocol === 0 || entry.portBits === 0 || (entry.port & size) !== 0) return false;
    const { identity, direction, protocol, portBits } = entry;
    const at = (port: number, bits: number) =>
      form.entries.find((e) => e.identity === identity && e.direction === direction && e.protocol === protocol && e.port === port && e.portBits === bits); // prettier-ignore
    const neighbour = at(entry.port + size, portBits);
    if (!neighbour || at(entry.port, portBits - 1) || told(neighbour) !== told(entry)) return false;
    const precedence = Math.max(entry.precedence, neighbour.precedence);
    const merged = { ...entry, precedence, portBits: portBits - 1 };
    const others = form.entries.filter((e) => e !== entry && e !== neighbour);
    // A longer key never ranks lower than a shorter one of its number.
    const isInner = (e: PolicyMapEntry) => e.identity === identity && e.direction === direction && e.protocol === protocol && e.port >= entry.port && e.port < entry.port + 2 * size && e.portBits > portBits; // prettier-ignore
    if (others.some((e) => isInner(e) && e.precedence < precedence)) return false;
    return sameWith(table, [...others, merged], packetsFor(form, entry));
  });
}
