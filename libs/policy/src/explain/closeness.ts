import { NAMESPACE_LABEL } from '@sluice/labels';
import type { Unmet } from './types.js';

/**
 * How much would have to change for a rule to match, the least first: another port of the same protocol (and among those the
 * nearer one), another protocol, another port behind the same name, another value of a label, one more or one less label,
 * another namespace, another address, a service that is not there, and last somebody else altogether.
 */
const RANK = {
  port: 0,
  protocol: 1,
  'named-port': 2,
  value: 3,
  presence: 4,
  namespace: 5,
  prefix: 6,
  service: 7,
  node: 8,
  identity: 9,
} as const;

function rankOf(unmet: Unmet): number {
  if (unmet.what !== 'label') return RANK[unmet.what];
  const { key, operator } = unmet.requirement;
  if (key === NAMESPACE_LABEL) return RANK.namespace;
  const otherValue = (operator === 'In' || operator === 'NotIn') && unmet.label !== null;
  return otherValue ? RANK.value : RANK.presence;
}

/** Orders what is not met, the closest first; `port` is the packet's. Equally close ones are 0 apart. */
export function compareUnmet(a: Unmet, b: Unmet, port: number): number {
  const byRank = rankOf(a) - rankOf(b);
  if (byRank !== 0 || a.what !== 'port' || b.what !== 'port') return byRank;
  return Math.abs(a.nearest - port) - Math.abs(b.nearest - port);
}
