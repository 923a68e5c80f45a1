import type { Flow, FlowFilter, FlowPeer } from './types.js';

const holds = <T>(list: readonly T[] | undefined, test: (item: T) => boolean): boolean =>
  list === undefined || list.length === 0 || list.some(test);

/** `scope/name`, `name`, an address, or a label `source:key=value` or `key=value`. */
function isPeer(peer: FlowPeer, wanted: string): boolean {
  if (peer.workload !== '' && (peer.workload === wanted || peer.workload.endsWith(`/${wanted}`))) return true;
  if (peer.address !== '' && peer.address === wanted) return true;
  return peer.labels.some((label) => isLabel(`${label.source}:${label.key}`, label.key, label.value, wanted));
}

/** A label without a value may be written without `=`: `reserved:host`. */
function isLabel(full: string, key: string, value: string, wanted: string): boolean {
  if (wanted === `${full}=${value}` || wanted === `${key}=${value}`) return true;
  return value === '' && wanted === full;
}

function isPolicy(scope: string, name: string, wanted: string): boolean {
  return wanted === name || wanted === `${scope}/${name}`;
}

function namesPolicy(flow: Flow, wanted: string): boolean {
  const rules = [...flow.rules, ...flow.stagedRules].map(({ policy }) => policy);
  const policies = [...rules, ...flow.isolating, ...flow.stagedIsolating];
  return policies.some((policy) => isPolicy(policy.scope, policy.name, wanted));
}

/** Whether the flow tells what staged policies would decide. */
const isStaged = (flow: Flow): boolean => flow.staged !== 'VERDICT_UNSPECIFIED';

/** Whether a flow is one that was asked for: each non-empty field of the filter must hold, by any one of its values. */
export function matches(flow: Flow, filter: FlowFilter): boolean {
  const { source, destination } = flow;
  return (
    holds(filter.node, (node) => flow.node === node) &&
    holds(filter.workload, (name) => isPeer(source, name) || isPeer(destination, name)) &&
    holds(filter.from, (name) => isPeer(source, name)) &&
    holds(filter.to, (name) => isPeer(destination, name)) &&
    holds(filter.verdict, (verdict) => flow.verdict === verdict) &&
    holds(filter.protocol, (protocol) => flow.protocol.toLowerCase() === protocol.toLowerCase()) &&
    holds(filter.port, (port) => destination.port === port) &&
    holds(filter.policy, (policy) => namesPolicy(flow, policy)) &&
    (filter.stagedOnly !== true || isStaged(flow)) &&
    holds(filter.identity, (identity) => source.identity === identity || destination.identity === identity)
  );
}
