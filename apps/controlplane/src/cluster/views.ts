import type { CheckInput, EndpointInput, IdentityInput, LabelInput, NodeInput } from '@sluice/api';
import { nodeLabels } from '@sluice/policy';
import type {
  AliveValue,
  AllocationValue,
  EndpointValue,
  IdentityValue,
  NodeValue,
  RealizedValue,
} from '@sluice/store';

export type IdentityOf = (id: number) => IdentityValue | null;

const labelsOf = (value: IdentityValue | null): LabelInput[] =>
  (value?.labels ?? []).map((label) => ({ ...label }));

/** An identity with the number of endpoints that bear it. */
export function identityView(id: number, value: IdentityValue, endpoints: number): IdentityInput {
  return { id, labels: labelsOf(value), retiring: value.retiring, endpoints };
}

export function endpointView(
  node: string,
  id: number,
  value: EndpointValue,
  identityOf: IdentityOf,
): EndpointInput {
  const { addresses, identity, workload, state } = value;
  return {
    node,
    id,
    addresses: [...addresses],
    identity,
    labels: labelsOf(identityOf(identity)),
    workloadSource: workload.source,
    workloadScope: workload.scope,
    workloadName: workload.name,
    state,
  };
}

/** All that is known of one node; what is missing was not written yet. */
export interface NodeFacts {
  readonly node: NodeValue | null;
  readonly allocation: AllocationValue | null;
  readonly alive: AliveValue | null;
  readonly realized: RealizedValue | null;
  readonly connected: boolean;
}

export function nodeView(name: string, facts: NodeFacts): NodeInput {
  const { node, allocation, realized } = facts;
  return {
    name,
    nodeId: allocation?.nodeId ?? 0,
    addresses: [...(allocation?.addresses ?? node?.addresses ?? [])],
    tunnelAddress: allocation?.tunnelAddress ?? '',
    prefixes: [...(allocation?.prefixes ?? [])],
    alive: facts.alive !== null,
    version: node?.version ?? '',
    kernel: node?.kernel ?? '',
    started: node?.started ?? '',
    realized: realized === null ? null : { generation: realized.generation, revision: realized.revision },
    errors: [...(realized?.errors ?? [])],
    connected: facts.connected,
    labels: nodeLabels(name, allocation?.labels ?? []).map((label) => ({ ...label })),
  };
}

/** What `status` says of one node. */
export function nodeChecks(name: string, facts: NodeFacts): CheckInput[] {
  const check = (level: string, message: string, hint = ''): CheckInput => ({
    name: `node/${name}`,
    level,
    message,
    hint,
  });
  const checks: CheckInput[] = [];
  if (facts.alive === null)
    checks.push(
      check(
        'warning',
        'silent: its agent does not renew its key',
        'see that the agent runs; traffic goes on',
      ),
    );
  if (facts.allocation === null)
    checks.push(check('warning', 'has no prefixes yet', 'make pools with free prefixes: sluice get pools'));
  for (const error of facts.realized?.errors ?? []) checks.push(check('error', error));
  if (facts.alive !== null && !facts.connected) {
    checks.push(
      check('ok', 'alive, its stream is at another replica or broken: flows come from where it is'),
    );
  }
  return checks.length > 0 ? checks : [check('ok', 'alive')];
}
