import type { Party, RecordedFlow } from '@sluice/api';
import type { Labels } from '@sluice/labels';
import type { SeenFlow, SeenPeer } from '@sluice/policy';

/** Let through whatever policies say: no rule is needed for it. */
const ALWAYS = new Set(['self', 'infrastructure', 'local-host']);

function peerOf({ entity, prefix, labels }: Party): SeenPeer {
  if (prefix !== '') return { type: 'prefix', prefix };
  if (entity !== '') return { type: 'entity', entity };
  return { type: 'labels', labels: labels as unknown as Labels };
}

/**
 * What a policy for the recorded subject has to let through. Rows of staged policies are left out: the same connections are in rows
 * of their own. `droppedToo`: also what was refused.
 */
export function seenFlows(flows: readonly RecordedFlow[], droppedToo: boolean): SeenFlow[] {
  return flows.flatMap((flow): SeenFlow[] => {
    const { source, destination, direction, protocol, port, verdict, reason, staged } = flow;
    const peer = direction === 'egress' ? destination : source;
    if (peer === null || staged !== 'VERDICT_UNSPECIFIED' || ALWAYS.has(reason)) return [];
    if (verdict !== 'FORWARDED' && !droppedToo) return [];
    if (direction !== 'egress' && direction !== 'ingress') return [];
    return [{ direction, peer: peerOf(peer), protocol, port }];
  });
}
