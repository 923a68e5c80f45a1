import {
  compareText,
  IDENTITY,
  makeSelector,
  NAMESPACE_LABEL,
  NAMESPACE_LABELS_PREFIX,
  parsePrefix,
  parseSelector,
  type Requirement,
  type Selector,
  type SelectorDocument,
} from '@sluice/labels';
import { CLUSTER_SCOPE } from '../documents/document.js';
import { validateDocument } from '../documents/parse.js';
import {
  RULE_LISTS,
  type CiliumSchemaDocument,
  type PortDocument,
  type RuleDocument,
  type SpecDocument,
} from '../documents/types.js';
import type { Direction, DocumentError, PolicyRef, StoredPolicy } from '../types.js';
import type { NormalPolicy, NormalRule, NormalSpec, Peer, PortRange } from './form.js';
import { isMapping, type Mapping } from '../documents/schema.js';

/** IANA numbers of the protocols that rules name. */
export const PROTOCOL = Object.freeze({ ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 });

const ANY_PORT: PortRange = { protocol: 0, first: 0, last: 65535 };

const identities = (...ids: number[]): Peer[] => ids.map((identity) => ({ type: 'identity', identity }));
const ENTITY_PEERS: Readonly<Record<string, readonly Peer[]>> = {
  all: identities(IDENTITY.ANY),
  world: identities(IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6),
  'world-ipv4': identities(IDENTITY.WORLD_IPV4),
  'world-ipv6': identities(IDENTITY.WORLD_IPV6),
  cluster: identities(IDENTITY.CLUSTER, IDENTITY.HOST, IDENTITY.REMOTE_NODE, IDENTITY.INIT, IDENTITY.HEALTH),
  host: identities(IDENTITY.HOST),
  'remote-node': identities(IDENTITY.REMOTE_NODE),
  init: identities(IDENTITY.INIT),
  none: [],
};

function inNamespace(scope: string): Requirement {
  return { source: 'k8s', key: NAMESPACE_LABEL, operator: 'In', values: [scope] };
}

function subjectSelector(scope: string, document: SelectorDocument): Selector {
  const { requirements } = parseSelector(document);
  return scope === CLUSTER_SCOPE
    ? makeSelector(requirements)
    : makeSelector([...requirements, inNamespace(scope)]);
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
    const exists: Requirement = { source: 'k8s', key: NAMESPACE_LABEL, operator: 'Exists', values: [] };
    return makeSelector(meetsInit ? requirements : [...requirements, exists]);
  }
  if (requirements.some((r) => names(r, (k) => k.startsWith(NAMESPACE_LABELS_PREFIX))))
    return makeSelector(requirements);
  return makeSelector([...requirements, inNamespace(scope)]);
}

function cidrPeer(prefix: string, except: readonly string[]): Peer[] {
  const outer = parsePrefix(prefix);
  const inner = [...new Set(except.map((e) => parsePrefix(e).text))].sort(compareText);
  // A whole family without exceptions is its world: one class entry instead of one for each prefix.
  if (outer.bits === 0 && inner.length === 0)
    return identities(outer.family === 4 ? IDENTITY.WORLD_IPV4 : IDENTITY.WORLD_IPV6);
  return [{ type: 'cidr', prefix: outer.text, except: inner }];
}

/** Absent everywhere: any peer, but only if ports are named. An empty list anywhere: nobody. */
function peersOf(scope: string, subject: Selector, rule: RuleDocument): readonly Peer[] {
  const endpoints = rule.fromEndpoints ?? rule.toEndpoints ?? null;
  const entities = rule.fromEntities ?? rule.toEntities ?? null;
  const cidrs = rule.fromCIDR ?? rule.toCIDR ?? null;
  const sets = rule.fromCIDRSet ?? rule.toCIDRSet ?? null;
  const lists = [endpoints, entities, cidrs, sets].filter((l) => l !== null);
  if (lists.length === 0) return rule.toPorts?.length ? identities(IDENTITY.ANY) : [];
  if (lists.some((l) => l.length === 0)) return [];
  return [
    ...(endpoints ?? []).map((s): Peer => ({ type: 'labels', selector: peerSelector(scope, subject, s) })),
    ...(entities ?? []).flatMap((e) => ENTITY_PEERS[e] ?? []),
    ...(cidrs ?? []).flatMap((c) => cidrPeer(c, [])),
    ...(sets ?? []).flatMap((s) => cidrPeer(s.cidr, s.except ?? [])),
  ];
}

function portRanges(port: PortDocument): PortRange[] {
  const first = Number(port.port);
  const last = first === 0 ? 65535 : port.endPort || first;
  const protocol = (port.protocol ?? 'ANY').toUpperCase();
  if (protocol === 'ANY' && first === 0) return [ANY_PORT];
  const numbers: Readonly<Record<string, readonly number[]>> = {
    ANY: [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.SCTP],
    TCP: [PROTOCOL.TCP],
    UDP: [PROTOCOL.UDP],
    SCTP: [PROTOCOL.SCTP],
  };
  return (numbers[protocol] ?? []).map((n) => ({ protocol: n, first, last }));
}

function portsOf(rule: RuleDocument): readonly PortRange[] {
  if (!rule.toPorts?.length) return [ANY_PORT];
  return rule.toPorts.flatMap((p) => (p.ports ?? []).flatMap(portRanges));
}

const DIRECTION: Readonly<Record<string, Direction>> = {
  ingress: 'ingress',
  ingressDeny: 'ingress',
  egress: 'egress',
  egressDeny: 'egress',
};

function isolates(spec: SpecDocument): Record<Direction, boolean> {
  const has = (d: Direction) => Boolean(spec[d]?.length || spec[`${d}Deny`]?.length);
  return {
    ingress: spec.enableDefaultDeny?.ingress ?? has('ingress'),
    egress: spec.enableDefaultDeny?.egress ?? has('egress'),
  };
}

function refOf(p: PolicyRef): PolicyRef {
  return { kind: p.kind, scope: p.scope, name: p.name };
}

function normaliseSpec(stored: StoredPolicy, prefix: string, spec: SpecDocument): NormalSpec {
  const subject = subjectSelector(stored.scope, spec.endpointSelector ?? {});
  const rules: NormalRule[] = [];
  for (const list of RULE_LISTS)
    for (const [i, rule] of (spec[list] ?? []).entries())
      rules.push({
        direction: DIRECTION[list] ?? 'ingress',
        action: list.endsWith('Deny') ? 'deny' : 'allow',
        peers: peersOf(stored.scope, subject, rule),
        ports: portsOf(rule),
        origin: {
          policy: refOf(stored),
          uid: stored.uid,
          rule: `${prefix}${list}[${i}]`,
          revision: stored.revision,
        },
      });
  return { subject: { type: 'workloads', selector: subject }, isolates: isolates(spec), rules };
}

function prefixesOf(specs: readonly NormalSpec[]): string[] {
  const found = new Set<string>();
  for (const spec of specs)
    for (const rule of spec.rules)
      for (const peer of rule.peers)
        if (peer.type === 'cidr') for (const p of [peer.prefix, ...peer.except]) found.add(p);
  return [...found].sort(compareText);
}

/**
 * A policy that cannot be compiled must not open what it was to close: its subject, if that can be read, is isolated in the
 * directions that the document has rules for, and nothing is allowed.
 */
function shut(stored: StoredPolicy): NormalSpec[] {
  if (!isMapping(stored.document)) return [];
  const { spec, specs } = stored.document;
  const all = [spec, ...(Array.isArray(specs) ? (specs as unknown[]) : [])].filter(isMapping);
  return all.flatMap((s) => shutSpec(stored, s));
}

function shutSpec(stored: StoredPolicy, spec: Mapping): NormalSpec[] {
  if (!isMapping(spec['endpointSelector'])) return [];
  try {
    const subject = subjectSelector(stored.scope, spec['endpointSelector']);
    const has = (d: Direction) => [d, `${d}Deny`].some((k) => spec[k] !== undefined && spec[k] !== null);
    const isolates = { ingress: has('ingress'), egress: has('egress') };
    return [{ subject: { type: 'workloads', selector: subject }, isolates, rules: [] }];
  } catch {
    return []; // the subject itself cannot be read; the errors of the document tell why
  }
}

/** A policy's internal form. With errors it is the form that only isolates. */
export interface Normalised {
  readonly policy: NormalPolicy;
  readonly errors: readonly DocumentError[];
}

function normalPolicy(stored: StoredPolicy, specs: readonly NormalSpec[]): NormalPolicy {
  const prefixes = prefixesOf(specs);
  return { ref: refOf(stored), tier: 'normal', priority: 0, staged: false, specs, prefixes };
}

/** Brings a stored policy of any dialect to the internal form. Pure; never throws. */
export function normalise(stored: StoredPolicy): Normalised {
  const { document: valid, errors } = validateDocument(stored.document);
  if (!valid) return { policy: normalPolicy(stored, shut(stored)), errors };
  const { document } = valid;
  const { spec, specs } = document as CiliumSchemaDocument;
  const normal = [
    ...(spec ? [normaliseSpec(stored, '', spec)] : []),
    ...(specs ?? []).map((s, i) => normaliseSpec(stored, `specs[${i}].`, s)),
  ];
  return { policy: normalPolicy(stored, normal), errors: [] };
}

/**
 * Every prefix that policies name, exceptions too, canonical and sorted: the prefixes that need CIDR identities. Policies that
 * cannot be compiled name none.
 */
export function cidrPrefixesOf(policies: Iterable<StoredPolicy>): string[] {
  const found = new Set<string>();
  for (const stored of policies) for (const prefix of normalise(stored).policy.prefixes) found.add(prefix);
  return [...found].sort(compareText);
}

/** Order of policies: kind, scope, name, each in byte order. */
export function compareRefs(a: PolicyRef, b: PolicyRef): number {
  return compareText(a.kind, b.kind) || compareText(a.scope, b.scope) || compareText(a.name, b.name);
}
