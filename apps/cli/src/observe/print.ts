import type { Flow, FlowPeer } from '@sluice/api';
import { formatFlow, type Flow as NamedFlow } from '@sluice/flows';
import { formatLabels } from '../names.js';
import { printable } from '../printable.js';
import type { Format } from '../globals.js';

const NOBODY: FlowPeer = { address: '', port: 0, identity: 0, labels: [], workload: '', node: '' };

const peer = (side: FlowPeer | null) => (side ?? NOBODY) as NamedFlow['source'];

const rule = (given: Flow['rules'][number]) => ({
  ...given,
  policy: given.policy ?? { kind: '', scope: '', name: '?' },
});

/** A flow of the API as the flows library has it: no field is null. */
function named(flow: Flow): NamedFlow {
  return {
    ...flow,
    verdict: flow.verdict === 'DROPPED' ? 'DROPPED' : 'FORWARDED',
    source: peer(flow.source),
    destination: peer(flow.destination),
    rules: flow.rules.map(rule),
    defaultReason: flow.defaultReason as NamedFlow['defaultReason'],
    stagedRules: flow.stagedRules.map(rule),
    stagedReason: flow.stagedReason as NamedFlow['stagedReason'],
  };
}

const identities = (flow: Flow) =>
  [flow.source, flow.destination]
    .map((peer) => `${peer?.identity ?? 0}${peer === null ? '' : ` ${formatLabels(peer.labels)}`}`.trimEnd())
    .join(' -> ');

/** One flow as text: a line, a JSON line, or a YAML document. */
export async function printFlow(flow: Flow, format: Format): Promise<string> {
  if (format === 'json') return `${JSON.stringify(flow)}\n`;
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    return `---\n${stringify(flow, { lineWidth: 0, aliasDuplicateObjects: false })}`;
  }
  const line = formatFlow(named(flow));
  return format === 'wide' ? `${line} {${printable(identities(flow))}}\n` : `${line}\n`;
}
