import {
  compareText,
  makeSelector,
  NAMESPACE_LABEL,
  parsePrefix,
  matches,
  type Labels,
} from '@sluice/labels';
import type { NamedPort, NormalPolicy, NormalRule, NormalSpec, Peer, PolicyTier } from '../normal/form.js';
import { compareRefs } from '../normal/normalise.js';
import type { Direction, NamedPortInput, NamedPorts, PolicyRef, ServiceInput } from '../types.js';
import type { PlacedRule } from './decide.js';
import { rangeOf, unionKeys, type KeyCode } from './key.js';
import { POSITIONS, precedence, TIER } from './precedence.js';
import { matcher } from './matcher.js';
import { wantedPeers, type Chooser, type WantedPeers } from './chooser.js';

/** A rule as the resolver keeps it: what does not depend on the subject is worked out once. */
export interface CompiledRule {
  readonly rule: NormalRule;
  readonly choosers: readonly Chooser[];
  readonly wanted: WantedPeers;
  readonly keys: readonly KeyCode[];
  readonly names: readonly NamedPort[];
}
export interface CompiledSpec {
  readonly policy: NormalPolicy;
  /** Place within the policy. */
  readonly index: number;
  readonly spec: NormalSpec;
  /** Whether it is about somebody with these labels, made ready to be asked often. */
  readonly meets: (labels: Labels) => boolean;
  readonly rules: readonly CompiledRule[];
}
export interface CompiledPolicy {
  readonly policy: NormalPolicy;
  readonly specs: readonly CompiledSpec[];
  /** Whether a rule speaks of services, so that it changes with them. */
  readonly readsServices: boolean;
}

/** Thrown where a subject has more rules of one priority than a precedence has positions. */
export class TooManyRulesError extends Error {
  constructor(tier: PolicyTier, priority: number) {
    super(`a subject has more than ${POSITIONS} rules in tier ${tier} of priority ${priority}`);
    this.name = 'TooManyRulesError';
  }
}

/** POLICY 6: a service with a selector is that selector in its namespace, one without is its backends' addresses. */
function behind(service: ServiceInput): Chooser[] {
  const { selector, scope, backends } = service;
  if (!selector)
    return backends.map((b) => ({ type: 'cidr' as const, prefix: parsePrefix(b).text, except: [] }));
  const wanted = Object.entries({ ...selector, [NAMESPACE_LABEL]: scope });
  const requirements = wanted.map(
    ([key, v]) => ({ source: 'k8s', key, operator: 'In', values: [v] }) as const,
  );
  return [{ type: 'labels', selector: makeSelector(requirements) }];
}

function inScope(scope: string | null, services: readonly ServiceInput[]): readonly ServiceInput[] {
  return scope === null ? services : services.filter((s) => s.scope === scope);
}

function choosersOf(peer: Peer, services: readonly ServiceInput[]): readonly Chooser[] {
  if (peer.type === 'service')
    return inScope(peer.scope, services)
      .filter((s) => s.name === peer.name)
      .flatMap(behind);
  if (peer.type !== 'services') return [peer];
  const found = inScope(peer.scope, services);
  return found.filter((s) => matches(peer.selector, s.labels)).flatMap(behind);
}

/** Works out what does not depend on the subject. A service that is missing is nobody. */
export function compile(policy: NormalPolicy, services: readonly ServiceInput[]): CompiledPolicy {
  const withPeers = (choosers: readonly Chooser[]) => ({ choosers, wanted: wantedPeers(choosers) });
  const rule = (r: NormalRule): CompiledRule => ({
    rule: r,
    ...withPeers(r.peers.flatMap((peer) => choosersOf(peer, services))),
    keys: unionKeys(r.ports.filter((port) => 'first' in port)),
    names: r.ports.filter((port) => 'name' in port),
  });
  const specs = policy.specs.map((spec, index) => {
    const meets = matcher(spec.subject.selector);
    return { policy, index, spec, meets, rules: spec.rules.map(rule) };
  });
  const peers = policy.specs.flatMap((s) => s.rules.flatMap((r) => r.peers));
  return { policy, specs, readsServices: peers.some((p) => p.type === 'service' || p.type === 'services') };
}

/** Every prefix that needs a CIDR identity: those that rules name, and addresses behind services. */
export function prefixesOf({ policy, specs, readsServices }: CompiledPolicy): readonly string[] {
  if (!readsServices) return policy.prefixes;
  const choosers = specs.flatMap((s) => s.rules.flatMap((r) => r.choosers));
  return [...policy.prefixes, ...choosers.flatMap((c) => (c.type === 'cidr' ? [c.prefix] : []))];
}

const ORDER: Readonly<Record<PolicyTier, number>> = { admin: 0, normal: 1, baseline: 2 };

/** The order of POLICY: tier, priority, kind, scope, name, place within the document. */
export function inOrder(a: CompiledSpec, b: CompiledSpec): number {
  return (
    ORDER[a.policy.tier] - ORDER[b.policy.tier] ||
    a.policy.priority - b.policy.priority ||
    compareRefs(a.policy.ref, b.policy.ref) ||
    a.index - b.index
  );
}

/** Policies that deny what nothing allows, each once, by kind, scope and name. */
export function isolatingOf(specs: readonly CompiledSpec[], direction: Direction): PolicyRef[] {
  const refs = specs.filter((s) => s.spec.isolates[direction]).map((s) => s.policy.ref);
  return [...new Set(refs)].sort(compareRefs);
}

const NAMED_PROTOCOLS: readonly number[] = [6, 17, 132];

/**
 * What named ports mean for those who have these lists: in an allow or a pass what all agree on, in a deny what any says
 * (POLICY 7). Without lists: nothing.
 */
export function namedKeys(rule: CompiledRule, ports: NamedPorts): KeyCode[] {
  const first = rule.rule.action === 'deny' ? ports.flat() : (ports[0] ?? []);
  const meets = ({ protocol, name }: NamedPort, p: NamedPortInput) =>
    p.name === name && (protocol === 0 ? NAMED_PROTOCOLS.includes(p.protocol) : protocol === p.protocol);
  const same = (p: NamedPortInput, q: NamedPortInput) =>
    p.name === q.name && p.protocol === q.protocol && p.port === q.port;
  const agreed = (p: NamedPortInput) =>
    rule.rule.action === 'deny' || ports.every((list) => list.some((q) => same(p, q)));
  const found = first.filter((p) => rule.names.some((n) => meets(n, p)) && agreed(p));
  return unionKeys(found.map((p) => ({ protocol: p.protocol, first: p.port, last: p.port })));
}

/** The keys of a rule together with those that its names stand for. */
export function withKeys(keys: readonly KeyCode[], named: readonly KeyCode[]): readonly KeyCode[] {
  return named.length === 0 ? keys : unionKeys([...keys, ...named].map(rangeOf));
}

/** One rule of one direction of one subject. `named` where its named ports are the peer's. */
export interface PlacedCompiledRule extends PlacedRule {
  readonly wanted: WantedPeers;
  readonly named: CompiledRule | null;
}

/** Names that ingress rules mention, each once, sorted: what a policy class depends on beside the identity. */
export function ingressNames(specs: readonly CompiledSpec[]): string[] {
  const rules = specs.flatMap((s) => s.rules.filter((r) => r.rule.direction === 'ingress'));
  return [...new Set(rules.flatMap((r) => r.names.map((n) => n.name)))].sort(compareText);
}

/**
 * The rules of one direction in their order, with precedences. Named ports of ingress are those of the subject. A pass has three
 * positions, one for each rank of level that it is written at.
 */
export function placeRules(
  specs: readonly CompiledSpec[],
  direction: Direction,
  own: NamedPorts,
): PlacedCompiledRule[] {
  const flat = specs.flatMap(({ policy, rules }) =>
    rules.filter((r) => r.rule.direction === direction).map((rule) => ({ policy, rule })),
  );
  const placed: PlacedCompiledRule[] = new Array<PlacedCompiledRule>(flat.length);
  let position = 0;
  for (let i = flat.length - 1; i >= 0; i--) {
    const { policy, rule } = flat[i]!;
    const next = flat[i + 1]?.policy;
    if (next?.tier !== policy.tier || next.priority !== policy.priority) position = 0;
    const { action, origin } = rule.rule;
    const tier = policy.tier === 'admin' ? TIER.ADMIN : TIER.BASELINE;
    placed[i] = {
      tier: policy.tier,
      action,
      origin,
      precedence:
        policy.tier === 'normal' ? 0 : precedence(tier, 1000 - policy.priority, position, action === 'deny'),
      wanted: rule.wanted,
      keys: direction === 'ingress' && rule.names.length > 0 ? withKeys(rule.keys, namedKeys(rule, own)) : rule.keys, // prettier-ignore
      named: direction === 'egress' && rule.names.length > 0 ? rule : null,
    };
    if (policy.tier !== 'normal') position += action === 'pass' ? 3 : 1;
    if (position > POSITIONS) throw new TooManyRulesError(policy.tier, policy.priority);
  }
  return placed;
}
