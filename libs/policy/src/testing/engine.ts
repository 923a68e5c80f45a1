import { evaluate } from '../engine/evaluate.js';
import type { Resolver } from '../engine/resolver.js';
import type { OracleAnswer, OracleQuestion } from '../oracle/index.js';
import type { Provenance, ResolvedClass } from '../types.js';

/** What the map of a class answers, in the words of the naive evaluator. */
export interface EngineAnswer {
  readonly allowed: boolean;
  readonly reason: OracleAnswer['reason'];
  readonly rules: readonly string[];
}

function rulesOf(provenance: Provenance): string[] {
  if (provenance.type !== 'rule') return [];
  return provenance.rules.map((o) => `${o.policy.kind}/${o.policy.scope}/${o.policy.name} ${o.rule}`);
}

/** The maps of a world, each class resolved once. */
export class EngineAnswers {
  readonly #classes = new Map<string, ResolvedClass>();

  constructor(readonly resolver: Resolver) {}

  /** The verdict of one side of a connection; `staged`: with staged policies counted too. */
  ask(question: OracleQuestion, staged = false): EngineAnswer {
    const { subject, ports } = question;
    const variant = { ...(ports ? { ports } : {}), ...(staged ? { staged } : {}) };
    const key = `${subject} ${JSON.stringify(variant)}`;
    let resolved = this.#classes.get(key);
    if (!resolved) this.#classes.set(key, (resolved = this.resolver.resolve(subject, variant)));
    const { allowed, provenance } = evaluate(resolved, question);
    const reason = provenance.type === 'rule' ? 'rule' : provenance.reason;
    return { allowed, reason, rules: rulesOf(provenance) };
  }
}

/** What is wrong with the engine's answer; null where it is right. The rules that it names must be among those that decided. */
export function disagreement(expected: OracleAnswer, answer: EngineAnswer): string | null {
  const show = (a: EngineAnswer) => `${a.allowed ? 'allow' : 'deny'} by ${a.reason} ${a.rules.join(', ')}`;
  const wrong =
    answer.allowed !== expected.allowed ||
    answer.reason !== expected.reason ||
    answer.rules.some((n) => !expected.rules.includes(n));
  return wrong ? `engine: ${show(answer)}; naive: ${show(expected)}` : null;
}
