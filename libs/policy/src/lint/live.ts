import {
  IDENTITY,
  NAMESPACE_LABEL,
  matches,
  RESERVED_IDENTITIES,
  reservedLabels,
  type Labels,
  type Selector,
} from '@sluice/labels';
import { CLUSTER_SCOPE } from '../documents/document.js';
import { isWorkload } from '../engine/subject.js';
import type { NormalRule, Peer } from '../normal/form.js';
import type { IdentityInput, NodeInput, ServiceInput } from '../types.js';
import { contradiction } from './logic.js';
import { pathOfRule, pathOfSpec, type LintFinding, type LintInput, type LintSpec } from './types.js';

/** What there is now. */
export interface LiveWorld {
  readonly identities: readonly IdentityInput[];
  readonly nodes: readonly NodeInput[];
  readonly services: readonly ServiceInput[];
}

/** Those who have a label, by key and value: a selector that asks for one is asked of these alone. */
class Bearers {
  readonly #all: IdentityInput[] = [];
  readonly #byKey = new Map<string, Map<string, IdentityInput[]>>();

  add(identity: IdentityInput): void {
    this.#all.push(identity);
    for (const { key, value } of identity.labels) {
      let values = this.#byKey.get(key);
      if (!values) this.#byKey.set(key, (values = new Map<string, IdentityInput[]>()));
      const list = values.get(value);
      if (list) list.push(identity);
      else values.set(value, [identity]);
    }
  }

  /** Whether anybody meets a selector and the condition. */
  some(selector: Selector, also: (id: number) => boolean = () => true): boolean {
    let least: readonly (readonly IdentityInput[])[] = [this.#all];
    let size = this.#all.length;
    for (const { key, operator, values } of selector.requirements) {
      if (operator !== 'In') continue;
      const byValue = this.#byKey.get(key);
      const lists = values.flatMap((value) => {
        const list = byValue?.get(value);
        return list ? [list] : [];
      });
      const count = lists.reduce((sum, list) => sum + list.length, 0);
      if (count < size) [least, size] = [lists, count];
    }
    return least.some((list) => list.some(({ id, labels }) => also(id) && matches(selector, labels)));
  }
}

/** Answers for many selectors, each asked once. */
class Live {
  readonly #bearers = new Bearers();
  readonly #known = new Map<string, boolean>();
  readonly namespaces = new Set<string>();

  constructor(readonly world: LiveWorld) {
    for (const id of RESERVED_IDENTITIES)
      if (id !== IDENTITY.UNKNOWN && id !== IDENTITY.WORLD)
        this.#bearers.add({ id, labels: reservedLabels(id) });
  }

  add(identity: IdentityInput): void {
    this.#bearers.add(identity);
    for (const l of identity.labels)
      if (l.source === 'k8s' && l.key === NAMESPACE_LABEL) this.namespaces.add(l.value);
  }

  #once(kind: string, selector: Selector, find: () => boolean): boolean {
    const key = `${kind} ${selector.text}`;
    let found = this.#known.get(key);
    if (found === undefined) this.#known.set(key, (found = find()));
    return found;
  }

  hasSubject({ spec: { subject } }: LintSpec): boolean {
    const { type, selector } = subject;
    return type === 'nodes'
      ? this.#hasNode(selector)
      : this.#once('subject', selector, () => this.#bearers.some(selector, isWorkload));
  }

  hasPeer(selector: Selector): boolean {
    return this.#once('peer', selector, () => this.#bearers.some(selector));
  }

  #hasNode(selector: Selector): boolean {
    const met = (labels: Labels) => matches(selector, labels);
    return this.#once('nodes', selector, () => this.world.nodes.some((n) => met(n.labels)));
  }

  /** Why some peers are nobody now; null where they are somebody, or where nobody can tell. */
  emptyPeer(peer: Peer): Pick<LintFinding, 'code' | 'message' | 'hint'> | null {
    const nothing = (message: string) => ({ code: 'selects-nothing' as const, message, hint: 'see that its labels are those of a workload: sluice identities' });
    if (peer.type === 'labels') {
      const unknown = unknownNamespace(peer.selector, this.namespaces);
      if (unknown !== null) return { code: 'unknown-namespace', message: `a selector of peers names namespace ${unknown}, in which there is no workload`, hint: '' };
      return this.hasPeer(peer.selector) ? null : nothing('a selector of peers meets no identity');
    }
    if (peer.type === 'nodes') return this.#hasNode(peer.selector) ? null : nothing('a selector of nodes meets no node');
    if (peer.type !== 'service' && peer.type !== 'services') return null;
    const inScope = this.world.services.filter((s) => peer.scope === null || s.scope === peer.scope);
    const where = peer.scope === null ? '' : `${peer.scope}/`;
    if (peer.type === 'services')
      return inScope.some((s) => matches(peer.selector, s.labels)) ? null : { code: 'missing-service', message: 'a selector of services meets none', hint: 'until there is one it is nobody' };
    return inScope.some((s) => s.name === peer.name) ? null : { code: 'missing-service', message: `there is no service ${where}${peer.name}`, hint: 'until there is one it is nobody' };
  } // prettier-ignore
}

/** A namespace that a selector asks for and that has no workload; null where there is none such. */
function unknownNamespace({ requirements }: Selector, known: ReadonlySet<string>): string | null {
  for (const { key, source, operator, values } of requirements) {
    if (key !== NAMESPACE_LABEL || operator !== 'In' || (source !== 'k8s' && source !== 'any')) continue;
    if (!values.some((v) => known.has(v))) return values.join(' or ');
  }
  return null;
}

function* ofPeers(rule: NormalRule, { form }: LintInput, live: Live): Generator<LintFinding> {
  for (const peer of rule.peers) {
    // A namespace in which nobody is has been told of the policy itself.
    const own = form.ref.scope !== CLUSTER_SCOPE && !live.namespaces.has(form.ref.scope);
    const empty = own ? null : live.emptyPeer(peer);
    if (!empty || ('selector' in peer && contradiction(peer.selector) !== null)) continue;
    yield { level: 'warning', policy: form.ref, rule: rule.origin.rule, path: pathOfRule(rule.origin.rule), ...empty };
  }
} // prettier-ignore

function* ofSubject(spec: LintSpec, live: Live): Generator<LintFinding> {
  const { form } = spec.input;
  const { scope } = form.ref;
  const at = { level: 'warning', policy: form.ref, rule: '', path: pathOfSpec(spec) } as const;
  const { type, selector } = spec.spec.subject;
  if (contradiction(selector) !== null) return;
  if (scope !== CLUSTER_SCOPE && type === 'workloads' && !live.namespaces.has(scope))
    yield { ...at, code: 'unknown-namespace', message: `there is no workload in namespace ${scope}`, hint: 'see that the namespace is spelt right: sluice endpoints' };
  else if (!live.hasSubject(spec))
    yield { ...at, code: 'selects-nothing', message: `the policy selects no ${type === 'nodes' ? 'node' : 'workload'}`, hint: 'see that its labels are those of a workload: sluice identities' };
} // prettier-ignore

/** What policies mean that is not there now: workloads, nodes, namespaces, services. Goes on in small steps. */
export function* liveSteps(specs: readonly LintSpec[], world: LiveWorld): Generator<LintFinding | null> {
  const live = new Live(world);
  for (const [i, identity] of world.identities.entries()) {
    live.add(identity);
    if (i % 500 === 0) yield null;
  }
  for (const spec of specs) {
    if (!spec.input.told) continue;
    yield null;
    yield* ofSubject(spec, live);
    for (const rule of spec.spec.rules) yield* ofPeers(rule, spec.input, live);
  }
}
