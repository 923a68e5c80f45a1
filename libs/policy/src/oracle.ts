/**
 * The naive evaluator: a verdict straight from the documents, written to be read beside docs and POLICY, with no index and
 * no map. It shares nothing with the engine but the documents' types; where the two differ, one of them is wrong.
 */
import type { Label, Labels, SelectorDocument } from '@sluice/labels';
import type { CiliumSchemaDocument, RuleDocument, SpecDocument } from './documents/types.js';
import type { Direction, StoredPolicy, World } from './types.js';

/** One packet: who has the policy, who is the peer, where to. */
export interface OracleQuestion {
  readonly subject: number;
  readonly peer: number;
  readonly family: 4 | 6;
  readonly direction: Direction;
  /** IANA number. */
  readonly protocol: number;
  readonly port: number;
}

/** A verdict and every rule that gave it (`<kind>/<scope>/<name> <rule>`); `reason` where no rule did. */
export interface OracleAnswer {
  readonly allowed: boolean;
  readonly rules: readonly string[];
  readonly reason: 'rule' | 'default-deny' | 'default-allow' | 'mode-never';
  /** Features of the rules that decided, for counting what random worlds exercise. */
  readonly features: readonly string[];
}

const NAMESPACE = 'io.kubernetes.pod.namespace';
const DERIVED = [NAMESPACE, 'io.cilium.k8s.policy.cluster', 'io.cilium.k8s.policy.serviceaccount'];
const NAMESPACE_META = 'io.cilium.k8s.namespace.labels.';

const RESERVED: Readonly<Record<number, string>> = {
  1: 'host',
  2: 'world',
  3: 'unmanaged',
  4: 'health',
  5: 'init',
  6: 'remote-node',
  7: 'kube-apiserver',
  8: 'ingress',
  9: 'world-ipv4',
  10: 'world-ipv6',
  11: 'unknown',
};

function labelsOf(world: World, identity: number): Labels | null {
  const name = RESERVED[identity];
  if (name !== undefined) return [{ source: 'reserved', key: name, value: '' }];
  return world.identities.find((i) => i.id === identity)?.labels ?? null;
}

const isCidrIdentity = (n: number) => n >= 2 ** 24 && n < 2 ** 25;
const isClusterIdentity = (n: number) => n >= 256 && n < 2 ** 24;
const isOutside = (n: number) => n === 2 || n === 9 || n === 10 || isCidrIdentity(n);

function splitKey(text: string): { source: string; key: string } {
  const at = text.indexOf(':');
  return at < 0 ? { source: 'any', key: text } : { source: text.slice(0, at), key: text.slice(at + 1) };
}

function valuesFor(keyText: string, labels: Labels): string[] {
  const { source, key } = splitKey(keyText);
  const derived = DERIVED.includes(key) || key.startsWith(NAMESPACE_META);
  const fits = (l: Label) =>
    l.key === key &&
    (source === 'any' ? (derived ? l.source === 'k8s' : l.source !== 'cidr') : l.source === source);
  return labels.filter(fits).map((l) => l.value);
}

function selects(selector: SelectorDocument, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    if (!valuesFor(key, labels).includes(value)) return false;
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const found = valuesFor(key, labels);
    const inList = found.some((v) => (values ?? []).includes(v));
    if (operator === 'In' && !inList) return false;
    if (operator === 'NotIn' && inList) return false;
    if (operator === 'Exists' && found.length === 0) return false;
    if (operator === 'DoesNotExist' && found.length > 0) return false;
  }
  return true;
}

function keysOf(selector: SelectorDocument): string[] {
  return [...Object.keys(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map((e) => e.key)];
}

function namespaceOf(labels: Labels): string | null {
  return labels.find((l) => l.source === 'k8s' && l.key === NAMESPACE)?.value ?? null;
}

function subjectSelected(policy: StoredPolicy, spec: SpecDocument, subject: number, labels: Labels): boolean {
  if (!isClusterIdentity(subject) && subject !== 5 && subject !== 4) return false;
  if (policy.scope !== '_cluster' && namespaceOf(labels) !== policy.scope) return false;
  return selects(spec.endpointSelector ?? {}, labels);
}

function endpointPeer(
  policy: StoredPolicy,
  spec: SpecDocument,
  selector: SelectorDocument,
  labels: Labels,
): boolean {
  const keys = keysOf(selector).map(splitKey);
  const k8sOrAny = keys.filter((k) => k.source === 'k8s' || k.source === 'any').map((k) => k.key);
  const saysItself = keys.some((k) => k.source === 'reserved') || k8sOrAny.includes(NAMESPACE);
  if (!saysItself && policy.scope === '_cluster') {
    const aboutInit = keysOf(spec.endpointSelector ?? {}).includes('reserved:init');
    if (!aboutInit && namespaceOf(labels) === null) return false;
  }
  if (!saysItself && policy.scope !== '_cluster' && !k8sOrAny.some((k) => k.startsWith(NAMESPACE_META)))
    if (namespaceOf(labels) !== policy.scope) return false;
  return selects(selector, labels);
}

function entityPeer(entity: string, peer: number, family: 4 | 6): boolean {
  switch (entity) {
    case 'all':
      return true;
    case 'world':
      return isOutside(peer);
    case 'world-ipv4':
      return isOutside(peer) && family === 4;
    case 'world-ipv6':
      return isOutside(peer) && family === 6;
    case 'cluster':
      return isClusterIdentity(peer) || [1, 4, 5, 6].includes(peer);
    case 'host':
      return peer === 1;
    case 'remote-node':
      return peer === 6;
    case 'init':
      return peer === 5;
    default:
      return false;
  }
}

/** An address or prefix as bits, e.g. `11000110…`. */
function bitsOf(text: string): { family: 4 | 6; bits: string } {
  const [address = '', length] = text.split('/');
  const family = address.includes(':') ? 6 : 4;
  const all = family === 4 ? bits4(address) : bits6(address);
  return { family, bits: all.slice(0, length === undefined ? all.length : Number(length)) };
}

function bits4(address: string): string {
  return address
    .split('.')
    .map((n) => Number(n).toString(2).padStart(8, '0'))
    .join('');
}

function bits6(address: string): string {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...(tail === undefined ? [] : middle), ...right]
    .map((w) => parseInt(w, 16).toString(2).padStart(16, '0'))
    .join('');
}

function inside(inner: string, outer: string): boolean {
  const [a, b] = [bitsOf(inner), bitsOf(outer)];
  return a.family === b.family && a.bits.startsWith(b.bits);
}

/** The prefix behind a CIDR identity: its longest. */
function prefixBehind(labels: Labels): string {
  const prefixes = labels.filter((l) => l.source === 'cidr').map((l) => l.key);
  return prefixes.sort((a, b) => Number(b.split('/')[1]) - Number(a.split('/')[1]))[0] ?? '';
}

function cidrPeer(
  cidr: string,
  except: readonly string[],
  peer: number,
  family: 4 | 6,
  labels: Labels,
): boolean {
  if (isCidrIdentity(peer)) {
    const prefix = prefixBehind(labels);
    return inside(prefix, cidr) && !except.some((e) => inside(prefix, e));
  }
  // The rest of the world is inside nothing but everything.
  const outer = bitsOf(cidr);
  return isOutside(peer) && outer.bits === '' && outer.family === family && except.length === 0;
}

interface Context {
  readonly policy: StoredPolicy;
  readonly spec: SpecDocument;
  readonly question: OracleQuestion;
  readonly peerLabels: Labels;
}

/** The feature by which a rule meets the peer, or null where it does not. */
function meetsPeer({ policy, spec, question, peerLabels }: Context, rule: RuleDocument): string | null {
  const { peer, family } = question;
  const endpoints = rule.fromEndpoints ?? rule.toEndpoints;
  const entities = rule.fromEntities ?? rule.toEntities;
  const cidrs = rule.fromCIDR ?? rule.toCIDR;
  const sets = rule.fromCIDRSet ?? rule.toCIDRSet;
  const present = [endpoints, entities, cidrs, sets].filter((l) => l !== undefined && l !== null);
  if (present.some((l) => l.length === 0)) return null;
  if (present.length === 0) return rule.toPorts && rule.toPorts.length > 0 ? 'any-peer' : null;
  const selector = (endpoints ?? []).find((s) => peer !== 11 && endpointPeer(policy, spec, s, peerLabels));
  if (selector) return (selector.matchExpressions ?? []).length > 0 ? 'expression' : 'labels';
  const entity = (entities ?? []).find((e) => entityPeer(e, peer, family));
  if (entity !== undefined) return `entity-${entity}`;
  if ((cidrs ?? []).some((c) => cidrPeer(c, [], peer, family, peerLabels))) return 'cidr';
  const set = (sets ?? []).find((s) => cidrPeer(s.cidr, s.except ?? [], peer, family, peerLabels));
  if (set) return set.except?.length ? 'cidr-except' : 'cidr-set';
  return null;
}

/** The feature by which a rule meets protocol and port, or null. */
function meetsPort({ protocol, port }: OracleQuestion, rule: RuleDocument): string | null {
  if (!rule.toPorts || rule.toPorts.length === 0) return 'any-port';
  for (const { ports } of rule.toPorts)
    for (const p of ports ?? []) {
      const name = (p.protocol ?? 'ANY').toUpperCase();
      const first = Number(p.port);
      if (name === 'ANY' && first === 0) return 'port-zero';
      const numbers = { TCP: [6], UDP: [17], SCTP: [132], ANY: [6, 17, 132] }[name] ?? [];
      if (!numbers.includes(protocol)) continue;
      if (first === 0) return 'port-zero';
      if (p.endPort ? port >= first && port <= p.endPort : port === first)
        return p.endPort ? 'port-range' : name === 'ANY' ? 'port-any-protocol' : 'port';
    }
  return null;
}

interface Met {
  readonly name: string;
  readonly features: readonly string[];
}

function metRules(
  context: Context,
  list: 'ingress' | 'egress' | 'ingressDeny' | 'egressDeny',
  at: string,
): Met[] {
  const { policy, spec, question } = context;
  return (spec[list] ?? []).flatMap((rule, i) => {
    const peer = meetsPeer(context, rule);
    const port = meetsPort(question, rule);
    if (peer === null || port === null) return [];
    const name = `${policy.kind}/${policy.scope}/${policy.name} ${at}${list}[${i}]`;
    return [{ name, features: [peer, port, policy.scope === '_cluster' ? 'cluster-wide' : 'namespaced'] }];
  });
}

function specsOf(policy: StoredPolicy): { at: string; spec: SpecDocument }[] {
  const document = policy.document as CiliumSchemaDocument;
  return [
    ...(document.spec ? [{ at: '', spec: document.spec }] : []),
    ...(document.specs ?? []).map((spec, i) => ({ at: `specs[${i}].`, spec })),
  ];
}

function isolatesIn(spec: SpecDocument, direction: Direction): boolean {
  const said = spec.enableDefaultDeny?.[direction];
  if (said !== undefined && said !== null) return said;
  return (spec[direction]?.length ?? 0) + (spec[`${direction}Deny`]?.length ?? 0) > 0;
}

function decided(allowed: boolean, met: readonly Met[]): OracleAnswer {
  const features = [allowed ? 'allow' : 'deny', ...new Set(met.flatMap((m) => m.features))];
  return { allowed, rules: met.map((m) => m.name), reason: 'rule', features };
}

/** The verdict of one side of a connection. Valid documents only. */
export function oracle(world: World, question: OracleQuestion): OracleAnswer {
  const none = (
    allowed: boolean,
    reason: 'default-deny' | 'default-allow' | 'mode-never',
    features: string[] = [],
  ) => ({ allowed, rules: [], reason, features: [reason, ...features] }) satisfies OracleAnswer;
  if (world.mode === 'never') return none(true, 'mode-never');
  const labels = labelsOf(world, question.subject);
  const peerLabels = labelsOf(world, question.peer) ?? [];
  const denies: Met[] = [];
  const allows: Met[] = [];
  let isolated = false;
  let spared = false;
  for (const policy of world.policies)
    for (const { at, spec } of specsOf(policy)) {
      if (!labels || !subjectSelected(policy, spec, question.subject, labels)) continue;
      const context = { policy, spec, question, peerLabels };
      denies.push(...metRules(context, `${question.direction}Deny`, at));
      allows.push(...metRules(context, question.direction, at));
      isolated ||= isolatesIn(spec, question.direction);
      spared ||= spec.enableDefaultDeny?.[question.direction] === false;
    }
  if (denies.length > 0) return decided(false, denies);
  if (allows.length > 0) return decided(true, allows);
  if (question.subject === 1 || question.subject === 6) return none(true, 'default-allow');
  if (isolated || world.mode === 'always' || question.subject === 5 || !labels)
    return none(false, 'default-deny');
  return none(true, 'default-allow', spared ? ['enable-default-deny-false'] : []);
}
