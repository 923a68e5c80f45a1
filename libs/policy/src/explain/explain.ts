import { IDENTITY, reservedLabels, type Labels } from '@sluice/labels';
import { inOrder, type CompiledRule, type CompiledSpec } from '../engine/compile.js';
import { evaluate } from '../engine/evaluate.js';
import { Resolver } from '../engine/resolver.js';
import { nodeEntities } from '../engine/selectors.js';
import { isHost, isWorkload } from '../engine/subject.js';
import type { NormalPolicy, NormalSpec } from '../normal/form.js';
import type { Direction, NodeInput, Provenance, World } from '../types.js';
import { compareUnmet } from './closeness.js';
import { PolicyForms } from '../normal/forms.js';
import { unmetPeers, type PeerView } from './peers.js';
import { unmetPorts, type Target } from './ports.js';
import { inReach } from './reach.js';
import { onlyFailed } from './requirements.js';
import {
  NEARLY,
  type ExplainedRule,
  type NearRule,
  type SideExplanation,
  type SideQuestion,
  type Unmet,
} from './types.js';
import { wordsOf } from './words.js';

/** What a question may say beside the packet. */
export interface ExplainOptions {
  /** Keeps the forms of policies from one question to the next. */
  readonly forms?: PolicyForms;
  /** The peer's addresses, where they are known: CIDR peers that name the address of a workload are told of. */
  readonly peerAddresses?: readonly string[];
}

/** How many policies, and how many rules, are looked at between two steps. */
const STEP = 64;

/** Labels of whatever has this number, as rules see it. */
function labelsOf(world: World, identity: number, node: NodeInput | null): Labels {
  if (node) return nodeEntities(node);
  if (identity < IDENTITY.CLUSTER_MIN) return reservedLabels(identity);
  return world.identities.find((i) => i.id === identity)?.labels ?? [];
}

/** A spec that selects the subject, or would if one requirement more were met. */
interface Concerned {
  readonly spec: CompiledSpec;
  readonly unmet: Unmet | null;
}

/** A policy without its rules of the other direction. */
function ofDirection(policy: NormalPolicy, direction: Direction): NormalPolicy {
  const specs = policy.specs.map((spec) => ({
    ...spec,
    rules: spec.rules.filter((rule) => rule.direction === direction),
  }));
  return { ...policy, specs };
}

/** All of a world that concerns one question. */
class Question {
  readonly #isSubject: (spec: NormalSpec) => boolean;
  readonly #subjectLabels: Labels;
  readonly #peer: PeerView;
  readonly #target: Target;
  readonly #forms: PolicyForms;

  constructor(
    private readonly world: World,
    private readonly question: SideQuestion,
    options: ExplainOptions,
  ) {
    const { subject, peer, family, direction, protocol, port, ports } = question;
    const nodeOf = (identity: number) => world.nodes?.find((n) => n.identity === identity) ?? null;
    const node = nodeOf(subject);
    this.#forms = options.forms ?? new PolicyForms();
    this.#subjectLabels = isHost(subject) ? (node?.labels ?? []) : labelsOf(world, subject, null);
    const type = isHost(subject) ? (node ? 'nodes' : null) : isWorkload(subject) ? 'workloads' : null;
    this.#isSubject = (spec) => spec.subject.type === type;
    const peerNode = nodeOf(peer);
    this.#peer = {
      identity: peer,
      family,
      labels: labelsOf(world, peer, peerNode),
      node: peerNode,
      addresses: options.peerAddresses ?? [],
    };
    const own = ports ? [ports] : (world.namedPorts?.get(subject) ?? []);
    const named = direction === 'ingress' ? own : (world.namedPorts?.get(peer) ?? []);
    this.#target = { protocol, port, named };
  }

  /** Policies with a spec that selects the subject or nearly does, compiled; the whole policy where one selects it. */
  *concerned(): Generator<void, { readonly specs: Concerned[]; readonly policies: NormalPolicy[] }> {
    const specs: Concerned[] = [];
    const policies: NormalPolicy[] = [];
    let looked = 0;
    for (const stored of this.world.policies) {
      if (++looked % STEP === 0) yield;
      const policy = this.#forms.of(stored);
      // Whomever it selects: what it replaces does not count in the staged verdict.
      if (policy.replaces) policies.push(policy);
      const found = policy.specs.map((spec) => this.#unmetSubject(spec));
      if (found.every((one) => one === undefined)) continue;
      if (found.includes(null) && !policy.replaces) policies.push(policy);
      const compiled = this.#forms.compiled(policy, this.world.services ?? []);
      found.forEach((unmet, i) => {
        const spec = compiled.specs[i];
        if (spec && unmet !== undefined) specs.push({ spec, unmet });
      });
    }
    return { specs: specs.sort((a, b) => inOrder(a.spec, b.spec)), policies };
  }

  /** Null where the spec selects the subject, undefined where more than one requirement fails. */
  #unmetSubject(spec: NormalSpec): Unmet | null | undefined {
    if (!this.#isSubject(spec)) return undefined;
    const failed = onlyFailed(spec.subject.selector, this.#subjectLabels);
    if (failed === null) return undefined;
    if (failed === 'met') return null;
    return { what: 'label', of: 'subject', node: spec.subject.type === 'nodes', ...failed };
  }

  /**
   * The Resolver's own answers, with only that in its world which the question concerns: these two identities, and of the policies
   * that select the subject the rules of this direction. Nothing else can touch them.
   */
  *answer(
    policies: readonly NormalPolicy[],
  ): Generator<void, Pick<SideExplanation, 'allowed' | 'provenance' | 'entry' | 'staged'>> {
    const { world, question } = this;
    const { subject, peer, ports } = question;
    const resolver = new Resolver(world.mode);
    resolver.setAllowLocalHost(world.allowLocalHost ?? false);
    resolver.setServices(world.services ?? []);
    resolver.setNodes((world.nodes ?? []).filter((n) => n.identity === subject || n.identity === peer));
    for (const identity of world.identities)
      if (identity.id === subject || identity.id === peer) resolver.upsertIdentity(identity);
    for (const id of [subject, peer]) {
      const named = world.namedPorts?.get(id);
      if (named) resolver.setNamedPorts(id, named);
    }
    let given = 0;
    for (const policy of policies) {
      resolver.setPolicy(ofDirection(policy, question.direction));
      if (++given % STEP === 0) yield;
    }
    const variant = ports ? { ports } : {};
    yield;
    const enforced = evaluate(resolver.resolve(subject, variant), question);
    yield;
    const staged = resolver.hasStaged(subject)
      ? evaluate(resolver.resolve(subject, { ...variant, staged: true }), question)
      : null;
    return { ...enforced, staged: staged && { allowed: staged.allowed, provenance: staged.provenance } };
  }

  /** What of a rule is not met, and null where it is more than one thing. */
  unmetOf(rule: CompiledRule, unmetSubject: Unmet | null): readonly Unmet[] | null {
    const ports = unmetPorts(rule.rule, this.#target);
    if (ports === null || (unmetSubject && ports.length > 0)) return null;
    const peers = unmetPeers(rule, this.#peer, this.world.services ?? []);
    if (peers === null || (peers.length > 0 && (unmetSubject !== null || ports.length > 0))) return null;
    return unmetSubject ? [unmetSubject] : [...peers, ...ports];
  }
}

/** What the data path decides before it looks at any map. */
function beforePolicy({ self, infrastructure, subject }: SideQuestion): Provenance | null {
  if (self) return { type: 'default', reason: 'self', isolating: [] };
  if (infrastructure && isHost(subject)) return { type: 'default', reason: 'infrastructure', isolating: [] };
  return null;
}

/**
 * Explains one side of a connection in small steps, so that who must not be held can do other things in between: verdict and
 * decider as the Resolver gives them, all rules that match, and those that nearly do.
 */
export function* explainSteps(
  world: World,
  question: SideQuestion,
  options: ExplainOptions = {},
): Generator<void, SideExplanation> {
  const asked = new Question(world, question, options);
  const { specs, policies } = yield* asked.concerned();
  yield;
  const matched: ExplainedRule[] = [];
  const near: { readonly rule: ExplainedRule; readonly unmet: Unmet }[] = [];
  const { direction, port } = question;
  let looked = 0;
  for (const { spec, unmet: unmetSubject } of specs) {
    const { staged, tier } = spec.policy;
    if (staged) continue;
    for (const compiled of spec.rules) {
      if (compiled.rule.direction !== direction) continue;
      if (++looked % STEP === 0) yield;
      const unmet = asked.unmetOf(compiled, unmetSubject);
      if (unmet === null) continue;
      const rule = { origin: compiled.rule.origin, tier, action: compiled.rule.action };
      const [closest] = [...unmet].sort((a, b) => compareUnmet(a, b, port));
      if (closest) near.push({ rule, unmet: closest });
      else matched.push(rule);
    }
  }
  yield;
  const answer = yield* asked.answer(policies);
  const before = beforePolicy(question);
  const decided = before
    ? { allowed: true, provenance: before, entry: null, staged: answer.staged && { allowed: true, provenance: before } }
    : answer;
  near.sort((a, b) => compareUnmet(a.unmet, b.unmet, port));
  const nearly = near.slice(0, NEARLY).map(
    ({ rule, unmet }): NearRule => ({ ...rule, unmet, missing: wordsOf(unmet, question) }),
  );
  return { question, ...decided, matched: inReach(matched, decided.provenance), nearly };
} // prettier-ignore

/** The same in one go. Pure. */
export function explain(world: World, question: SideQuestion, options: ExplainOptions = {}): SideExplanation {
  const steps = explainSteps(world, question, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
