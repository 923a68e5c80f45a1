import { evaluate } from '../engine/evaluate.js';
import { resolverOf, type Resolver } from '../engine/resolver.js';
import { oracleOf, type Oracle, type OracleQuestion } from '../oracle/index.js';
import type { ResolvedClass, World } from '../types.js';

/** One side's verdict. `rule` as in `Policy/shop/web ingress[0]`, null where no rule decided. */
export interface SideAnswer {
  readonly allowed: boolean;
  readonly rule: string | null;
  readonly reason: string;
}

/** An engine has no answer to a question like this: the expectation means nothing to it. */
export class UnaskableError extends Error {
  override readonly name = 'UnaskableError';
}

/** Who answers the questions of a test. */
export interface TestEngine {
  readonly name: string;
  /** Throws UnaskableError. */
  readonly ask: (world: World, question: OracleQuestion) => SideAnswer;
}

/** Answers straight from the documents. */
export function naiveEngine(): TestEngine {
  const oracles = new WeakMap<World, Oracle>();
  return {
    name: 'naive',
    ask: (world, question) => {
      let oracle = oracles.get(world);
      if (!oracle) oracles.set(world, (oracle = oracleOf(world)));
      const { allowed, rules, reason } = oracle.ask(question);
      return { allowed, rule: rules[0] ?? null, reason };
    },
  };
}

interface Resolved {
  readonly resolver: Resolver;
  /** By subject and its named ports. */
  readonly classes: Map<string, ResolvedClass>;
}

/** Answers from the map entries that the resolver makes: what a node's kernel would hold. */
export function resolverEngine(): TestEngine {
  const worlds = new WeakMap<World, Resolved>();
  return {
    name: 'resolver',
    ask: (world, question) => {
      // The data path lets an endpoint reach itself before it looks at any map.
      if (question.self) return { allowed: true, rule: null, reason: 'self' };
      let known = worlds.get(world);
      if (!known) worlds.set(world, (known = { resolver: resolverOf(world), classes: new Map() }));
      const { subject, ports } = question;
      const key = `${subject} ${ports ? JSON.stringify(ports) : ''}`;
      let resolved = known.classes.get(key);
      if (!resolved)
        known.classes.set(key, (resolved = known.resolver.resolve(subject, ports ? { ports } : {})));
      const { allowed, provenance } = evaluate(resolved, question);
      if (provenance.type === 'default') return { allowed, rule: null, reason: provenance.reason };
      const [first] = provenance.rules;
      const rule = first
        ? `${first.policy.kind}/${first.policy.scope}/${first.policy.name} ${first.rule}`
        : null;
      return { allowed, rule, reason: 'rule' };
    },
  };
}
