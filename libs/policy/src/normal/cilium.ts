import {
  IDENTITY,
  makeSelector,
  NAMESPACE_LABEL,
  NAMESPACE_LABELS_PREFIX,
  parseSelector,
  type Requirement,
  type Selector,
  type SelectorDocument,
} from '@sluice/labels';
import { CLUSTER_SCOPE } from '../documents/document.js';
import { icmpType } from '../documents/icmp.js';
import {
  RULE_LISTS,
  type IcmpDocument,
  type OrderedRuleDocument,
  type PortDocument,
  type RuleDocument,
  type ServiceDocument,
  type SpecDocument,
} from '../documents/types.js';
import type { Direction, StoredPolicy } from '../types.js';
import type { NormalRule, NormalSpec, Peer, PortMatch, PortRange, RuleAction, Subject } from './form.js';
import { originOf } from './origin.js';
import { ANY_PORT, cidrPeer, identities, IN_ANY_NAMESPACE, inNamespace, PROTOCOL } from './shared.js';

const ENTITY_PEERS: Readonly<Record<string, readonly Peer[]>> = {
  all: identities(IDENTITY.ANY),
  world: identities(IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6),
  'world-ipv4': identities(IDENTITY.WORLD_IPV4),
  'world-ipv6': identities(IDENTITY.WORLD_IPV6),
  cluster: identities(
    IDENTITY.CLUSTER,
    IDENTITY.HOST,
    IDENTITY.REMOTE_NODE,
    IDENTITY.INIT,
    IDENTITY.HEALTH,
    IDENTITY.KUBE_APISERVER,
  ),
  host: identities(IDENTITY.HOST),
  'remote-node': identities(IDENTITY.REMOTE_NODE),
  init: identities(IDENTITY.INIT),
  health: identities(IDENTITY.HEALTH),
  'kube-apiserver': identities(IDENTITY.KUBE_APISERVER),
  // Nobody has these identities (POLICY: they select nothing).
  ingress: [],
  unmanaged: [],
  none: [],
};

/** Whom a spec is about; throws LabelError where the selector cannot be read. */
export function subjectOf(
  scope: string,
  spec: Pick<SpecDocument, 'endpointSelector' | 'nodeSelector'>,
): Subject {
  if (spec.nodeSelector) return { type: 'nodes', selector: parseSelector(spec.nodeSelector) };
  const { requirements } = parseSelector(spec.endpointSelector ?? {});
  const confined = scope === CLUSTER_SCOPE ? requirements : [...requirements, inNamespace(scope)];
  return { type: 'workloads', selector: makeSelector(confined) };
}

const names = (r: Requirement, test: (key: string) => boolean) =>
  (r.source === 'k8s' || r.source === 'any') && test(r.key);

/**
 * Peers of a namespaced policy are in its namespace unless the selector names namespaces itself; those of a cluster-wide one are
 * workloads (they have a namespace). Selectors of reserved labels mean what they say.
 */
function peerSelector(scope: string, subject: Selector, document: SelectorDocument): Selector {
  const { requirements } = parseSelector(document);
  if (requirements.some((r) => r.source === 'reserved')) return makeSelector(requirements);
  if (requirements.some((r) => names(r, (k) => k === NAMESPACE_LABEL))) return makeSelector(requirements);
  if (scope === CLUSTER_SCOPE) {
    const meetsInit = subject.requirements.some((r) => r.source === 'reserved' && r.key === 'init');
    return makeSelector(meetsInit ? requirements : [...requirements, IN_ANY_NAMESPACE]);
  }
  if (requirements.some((r) => names(r, (k) => k.startsWith(NAMESPACE_LABELS_PREFIX))))
    return makeSelector(requirements);
  return makeSelector([...requirements, inNamespace(scope)]);
}

function servicePeer(scope: string, { k8sService, k8sServiceSelector }: ServiceDocument): Peer[] {
  const own = scope === CLUSTER_SCOPE ? null : scope;
  if (k8sServiceSelector)
    return [
      {
        type: 'services',
        scope: k8sServiceSelector.namespace ?? own,
        selector: parseSelector(k8sServiceSelector.selector),
      },
    ];
  if (!k8sService) return [];
  return [{ type: 'service', scope: k8sService.namespace ?? own, name: k8sService.serviceName }];
}

/** Absent everywhere: any peer, but only if ports are named. An empty list anywhere: nobody. */
function peersOf(scope: string, subject: Selector, rule: RuleDocument): readonly Peer[] {
  const endpoints = rule.fromEndpoints ?? rule.toEndpoints ?? null;
  const entities = rule.fromEntities ?? rule.toEntities ?? null;
  const cidrs = rule.fromCIDR ?? rule.toCIDR ?? null;
  const sets = rule.fromCIDRSet ?? rule.toCIDRSet ?? null;
  const nodes = rule.fromNodes ?? rule.toNodes ?? null;
  const services = rule.toServices ?? null;
  const lists = [endpoints, entities, cidrs, sets, nodes, services].filter((l) => l !== null);
  if (lists.length === 0) return rule.toPorts?.length || rule.icmps?.length ? identities(IDENTITY.ANY) : [];
  if (lists.some((l) => l.length === 0)) return [];
  return [
    ...(endpoints ?? []).map((s): Peer => ({ type: 'labels', selector: peerSelector(scope, subject, s) })),
    ...(entities ?? []).flatMap((e) => ENTITY_PEERS[e] ?? []),
    ...(cidrs ?? []).flatMap((c) => cidrPeer(c, [])),
    ...(sets ?? []).flatMap((s) => cidrPeer(s.cidr, s.except ?? [])),
    ...(nodes ?? []).map((s): Peer => ({ type: 'nodes', selector: parseSelector(s), local: false })),
    ...(services ?? []).flatMap((s) => servicePeer(scope, s)),
  ];
}

const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  ANY: [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.SCTP],
  TCP: [PROTOCOL.TCP],
  UDP: [PROTOCOL.UDP],
  SCTP: [PROTOCOL.SCTP],
};

function portMatches(port: PortDocument): PortMatch[] {
  const protocol = (port.protocol ?? 'ANY').toUpperCase();
  const numbers = NUMBERS[protocol] ?? [];
  if (!/^\d+$/.test(String(port.port))) {
    // Workloads name their ports in lower case; Cilium compares without regard to case.
    const name = String(port.port).toLowerCase();
    return protocol === 'ANY' ? [{ protocol: 0, name }] : numbers.map((n) => ({ protocol: n, name }));
  }
  const first = Number(port.port);
  const last = first === 0 ? 65535 : port.endPort || first;
  return numbers.map((n) => ({ protocol: n, first, last }));
}

/** Codes are not told apart: a type is 256 numbers. */
function icmpRanges({ fields }: IcmpDocument): PortRange[] {
  return (fields ?? []).flatMap(({ family, type }) => {
    const number = icmpType(family ?? 'IPv4', type);
    const protocol = family === 'IPv6' ? PROTOCOL.ICMPV6 : PROTOCOL.ICMP;
    return number === null ? [] : [{ protocol, first: number << 8, last: (number << 8) | 255 }];
  });
}

function portsOf(rule: RuleDocument): readonly PortMatch[] {
  if (rule.icmps?.length) return rule.icmps.flatMap(icmpRanges);
  if (!rule.toPorts?.length) return [ANY_PORT];
  return rule.toPorts.flatMap((p) => (p.ports ?? []).flatMap(portMatches));
}

const DIRECTION: Readonly<Record<(typeof RULE_LISTS)[number], Direction>> = {
  ingress: 'ingress',
  ingressDeny: 'ingress',
  egress: 'egress',
  egressDeny: 'egress',
};

const ACTIONS: Readonly<Record<OrderedRuleDocument['action'], RuleAction>> = {
  accept: 'allow',
  deny: 'deny',
  pass: 'pass',
};

/** One of the ordered rules. */
export function orderedRule(
  stored: StoredPolicy,
  subject: Subject,
  rule: OrderedRuleDocument,
  index: number,
): NormalRule {
  return {
    direction: rule.direction,
    action: ACTIONS[rule.action],
    peers: peersOf(stored.scope, subject.selector, rule),
    ports: portsOf(rule),
    origin: originOf(stored, `rules[${index}]`),
  };
}

function isolatesOf(spec: SpecDocument): Record<Direction, boolean> {
  if ((spec.tier ?? 'normal') !== 'normal') return { ingress: false, egress: false };
  const has = (d: Direction) => Boolean(spec[d]?.length || spec[`${d}Deny`]?.length);
  return {
    ingress: spec.enableDefaultDeny?.ingress ?? has('ingress'),
    egress: spec.enableDefaultDeny?.egress ?? has('egress'),
  };
}

/** A spec of Cilium's schema. `prefix` stands before the names of its rules. */
export function ciliumSpec(stored: StoredPolicy, prefix: string, spec: SpecDocument): NormalSpec {
  const subject = subjectOf(stored.scope, spec);
  const rules: NormalRule[] = (spec.rules ?? []).map((rule, i) => orderedRule(stored, subject, rule, i));
  for (const list of RULE_LISTS)
    for (const [i, rule] of (spec[list] ?? []).entries())
      rules.push({
        direction: DIRECTION[list],
        action: list.endsWith('Deny') ? 'deny' : 'allow',
        peers: peersOf(stored.scope, subject.selector, rule),
        ports: portsOf(rule),
        origin: originOf(stored, `${prefix}${list}[${i}]`),
      });
  return { subject, isolates: isolatesOf(spec), rules };
}
