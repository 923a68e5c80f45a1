import { IDENTITY, isCidr, isCluster, peerClass } from '@sluice/labels';
import { PolicyTable, type Query } from '../engine/evaluate.js';
import { codeOf, covers, keyCode } from '../engine/key.js';
import type { PolicyMapEntry } from '../types.js';
import type { Moved } from './follower.js';
import type { Random } from './random.js';

/** Whom an entry's number stands for: one of these packets' peers, and the families that it can have. */
function peerOf(r: Random, identity: number, peers: readonly number[]): number {
  const wanted = (peer: number) =>
    identity === IDENTITY.ANY ||
    (identity === IDENTITY.CLUSTER ? isCluster(peer) : isCidr(peer) || peer === identity);
  const isOne = identity !== IDENTITY.ANY && identity !== IDENTITY.CLUSTER && identity !== IDENTITY.WORLD_IPV4 && identity !== IDENTITY.WORLD_IPV6; // prettier-ignore
  const found = isOne ? [] : peers.filter(wanted);
  return found.length > 0 ? r.pick(found) : identity === IDENTITY.ANY ? IDENTITY.UNKNOWN : identity;
}

/** Packets at the edges of what is written, of peers that it is about. */
export function packetsAt(
  r: Random,
  { delta }: Moved,
  count: number,
  peers: readonly number[],
  familyOf: (peer: number) => 4 | 6,
): Query[] {
  if (delta.writes.length === 0) return [];
  return Array.from({ length: count }, () => {
    const { entry } = r.pick(delta.writes);
    const { identity, direction, port, portBits } = entry;
    const peer = peerOf(r, identity, peers);
    const protocol = entry.protocol || r.pick([6, 17, 1, 255]);
    const end = Math.min(65535, port + 2 ** (16 - portBits) - 1);
    return { peer, family: familyOf(peer), direction, protocol, port: r.pick([port, end]) };
  });
}

/** The entries that a look-up for this packet reads, whatever they say. */
function isRead(q: Query): (e: PolicyMapEntry) => boolean {
  const numbers = [q.peer, peerClass(q.peer, q.family), IDENTITY.ANY];
  const code = keyCode(q.protocol, q.port, 16);
  return (e) => e.direction === q.direction && numbers.includes(e.identity) && covers(codeOf(e), code);
}

/**
 * The first packet whose verdict does not go from the old to the new one at once, but to a third or back again between two
 * writes; null where there is none. Asked of the look-up itself, with nothing of what decided the order.
 */
export function thirdVerdict({ before, after, delta }: Moved, packets: readonly Query[]): Query | null {
  const verdict = (q: Query, entries: Iterable<PolicyMapEntry>) =>
    new PolicyTable([...entries]).find(q)?.deny === false;
  for (const q of packets) {
    const reads = isRead(q);
    const held = new Map(before.entries.filter(reads).map((e) => [`${e.identity} ${codeOf(e)}`, e]));
    let now = verdict(q, held.values());
    let changes = 0;
    for (const { op, entry } of delta.writes) {
      if (!reads(entry)) continue;
      const key = `${entry.identity} ${codeOf(entry)}`;
      if (op === 'put') held.set(key, entry);
      else held.delete(key);
      const next = verdict(q, held.values());
      if (next !== now) changes++;
      now = next;
    }
    if (changes > 1 || now !== verdict(q, after.entries.filter(reads))) return q;
  }
  return null;
}
