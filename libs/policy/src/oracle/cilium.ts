import type { CiliumSchemaDocument, RuleDocument, SpecDocument } from '../documents/types.js';
import type { Direction, StoredPolicy, World } from '../types.js';
import { meetsIcmp } from './icmp.js';
import { isClusterIdentity, labelsOf, namespaceOf, nodeLabelsOf, selects } from './labels.js';
import { ciliumPeer } from './peers.js';
import { ciliumPort } from './ports.js';
import {
  annotatedAudit,
  NEVER,
  replacedName,
  type Action,
  type Ask,
  type Reading,
  type ReadRule,
} from './reading.js';

/** POLICY 3: endpointSelector never selects hosts, nodeSelector never workloads. POLICY 4: a namespaced subject is in its namespace. */
function selectsSubject(policy: StoredPolicy, spec: SpecDocument, world: World, subject: number): boolean {
  if (spec.nodeSelector) {
    const node = nodeLabelsOf(world, subject);
    return node !== null && selects(spec.nodeSelector, node);
  }
  const labels = labelsOf(world, subject);
  if (!labels || !(isClusterIdentity(subject) || subject === 5 || subject === 4)) return false;
  if (policy.scope !== '_cluster' && namespaceOf(labels) !== policy.scope) return false;
  return selects(spec.endpointSelector ?? {}, labels);
}

/** A rule without ports is every protocol, ICMP too (POLICY 8). */
function meetsPort(rule: RuleDocument, action: Action, ask: Ask): string | null {
  if (rule.icmps?.length) return meetsIcmp(ask, rule.icmps);
  if (!rule.toPorts?.length) return 'any-port';
  for (const { ports } of rule.toPorts)
    for (const p of ports ?? []) {
      const feature = ciliumPort(ask, p, action);
      if (feature !== null) return feature;
    }
  return null;
}

function readRule(
  policy: StoredPolicy,
  spec: SpecDocument,
  rule: RuleDocument,
  what: Pick<ReadRule, 'direction' | 'action' | 'name'>,
): ReadRule {
  return {
    ...what,
    meetsPeer: (ask) => ciliumPeer(policy, spec, rule, ask),
    meetsPort: (ask) => meetsPort(rule, what.action, ask),
  };
}

function listedRules(policy: StoredPolicy, spec: SpecDocument, at: string): ReadRule[] {
  const lists = [
    ['ingressDeny', 'ingress', 'deny'],
    ['egressDeny', 'egress', 'deny'],
    ['ingress', 'ingress', 'allow'],
    ['egress', 'egress', 'allow'],
  ] as const;
  return lists.flatMap(([list, direction, action]) =>
    (spec[list] ?? []).map((rule, i) =>
      readRule(policy, spec, rule, { direction, action, name: `${at}${list}[${i}]` }),
    ),
  );
}

const ACTIONS = { accept: 'allow', deny: 'deny', pass: 'pass' } as const;

function orderedRules(policy: StoredPolicy, spec: SpecDocument, at: string): ReadRule[] {
  return (spec.rules ?? []).map((rule, i) =>
    readRule(policy, spec, rule, {
      direction: rule.direction,
      action: ACTIONS[rule.action],
      name: `${at}rules[${i}]`,
    }),
  );
}

/** Any rule of a direction, allow or deny, isolates, unless the document says otherwise. */
function isolatesIn(spec: SpecDocument, direction: Direction): boolean {
  const said = spec.enableDefaultDeny?.[direction];
  if (said !== undefined && said !== null) return said;
  return (spec[direction]?.length ?? 0) + (spec[`${direction}Deny`]?.length ?? 0) > 0;
}

/** sluice.dev/v1 Policy and ClusterPolicy, cilium.io/v2 CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy. */
export function readCilium(policy: StoredPolicy, document: CiliumSchemaDocument): Reading[] {
  const specs = [
    ...(document.spec ? [{ at: '', spec: document.spec }] : []),
    ...(document.specs ?? []).map((spec, i) => ({ at: `specs[${i}].`, spec })),
  ];
  return specs.map(({ at, spec }) => {
    const tier = spec.tier ?? 'normal';
    const normal = tier === 'normal';
    return {
      policy,
      tier,
      priority: normal ? 0 : (spec.priority ?? 0),
      staged: spec.enforcement === 'audit' || annotatedAudit(document.metadata),
      replaces: replacedName(policy, spec.replaces ?? document.metadata.annotations?.['sluice.dev/replaces']),
      selectsSubject: (world, subject) => selectsSubject(policy, spec, world, subject),
      isolates: normal ? { ingress: isolatesIn(spec, 'ingress'), egress: isolatesIn(spec, 'egress') } : NEVER,
      spares: {
        ingress: spec.enableDefaultDeny?.ingress === false,
        egress: spec.enableDefaultDeny?.egress === false,
      },
      rules: normal ? listedRules(policy, spec, at) : orderedRules(policy, spec, at),
    };
  });
}
