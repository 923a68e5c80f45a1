import { resolverOf } from '../engine/resolver.js';
import { worldOf } from '../testing/compare.js';
import { EngineAnswers } from '../testing/engine.js';
import { survey, type Asked } from '../testing/survey.js';
import { Tally } from '../testing/tally.js';
import { ENGINE_FEATURES } from '../testing/worlds.js';
import type { Provenance, World } from '../types.js';
import { explain } from './explain.js';
import { PolicyForms } from '../normal/forms.js';
import { mend } from './testing/mend.js';
import type { ExplainedRule, SideExplanation } from './types.js';

/** A nightly run sets more worlds and another first seed. */
const WORLDS = Number(process.env['SLUICE_WORLDS'] ?? 400);
const SEED = Number(process.env['SLUICE_SEED'] ?? 0);
const PACKETS = 12;

const nameOf = ({ origin }: Pick<ExplainedRule, 'origin'>) =>
  `${origin.policy.kind}/${origin.policy.scope}/${origin.policy.name} ${origin.rule}`;
const rulesOf = (provenance: Provenance) =>
  provenance.type === 'rule' ? provenance.rules.map((origin) => nameOf({ origin })) : [];
const reasonOf = (provenance: Provenance) => (provenance.type === 'rule' ? 'rule' : provenance.reason);

interface Case extends Asked {
  readonly seed: number;
  readonly world: World;
  readonly forms: PolicyForms;
  readonly explanation: SideExplanation;
}

function* cases(worlds = WORLDS): Generator<Case> {
  const tally = new Tally();
  for (let seed = SEED; seed < SEED + worlds; seed++) {
    const { r, world } = worldOf(seed, ENGINE_FEATURES);
    const forms = new PolicyForms();
    for (const asked of survey(r, world, PACKETS, tally))
      yield { seed, world, forms, ...asked, explanation: explain(world, asked.question, { forms }) };
  }
}

function same({ seed, question }: Case, what: string, actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`seed ${seed} ${JSON.stringify(question)}: ${what} is ${a}, expected ${b}`);
}

describe('explain, in random worlds', () => {
  it('says what the naive evaluator and the whole resolver say, and the decider is the first match that is reached and no pass', () => {
    const seen = { rule: 0, reason: 0, staged: 0, skipped: 0 };
    let whole: { world: World; engine: EngineAnswers } | null = null;
    for (const one of cases()) {
      const { world, question, answer, explanation } = one;
      if (whole?.world !== world) whole = { world, engine: new EngineAnswers(resolverOf(world)) };
      const { allowed, provenance, matched, staged } = explanation;
      same(one, 'the verdict', [allowed, reasonOf(provenance)], [answer.allowed, answer.reason]);
      const engine = whole.engine.ask(question);
      same(one, 'the engine’s', [allowed, rulesOf(provenance)], [engine.allowed, engine.rules]);
      same(one, 'the staged verdict', staged?.allowed ?? allowed, one.staged.allowed);
      if (staged) {
        seen.staged += 1;
        same(one, 'the staged rules', rulesOf(staged.provenance), whole.engine.ask(question, true).rules);
      }
      seen.skipped += matched.filter((r) => r.skipped).length;
      const reached = matched.filter((r) => !r.skipped && r.action !== 'pass');
      const [decider] = reached;
      same(one, 'the decider', decider && nameOf(decider), rulesOf(provenance)[0]);
      seen[decider ? 'rule' : 'reason'] += 1;
      if (!decider) continue;
      const together =
        decider.tier === 'normal'
          ? reached.filter((r) => r.tier === 'normal' && r.action === decider.action)
          : [decider];
      same(one, 'what decided together', together.map(nameOf).sort(), [...answer.rules].sort());
    }
    process.stdout.write(`explained: ${JSON.stringify(seen)}\n`);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(WORLDS / 20);
  }, 240_000);

  it('tells as near only what matches once its one requirement is mended', () => {
    const seen = new Map<string, number>();
    for (const one of cases()) {
      const { world, question, forms, explanation } = one;
      const matched = explanation.matched.map(nameOf);
      for (const near of explanation.nearly) {
        const name = nameOf(near);
        same(one, `${name} is matched and near`, matched.includes(name), false);
        const matches = mend({ world, question }, near.unmet).some((mended) =>
          explain(mended.world, mended.question, { forms }).matched.some((rule) => nameOf(rule) === name),
        );
        same(one, `${name}, near but for "${near.missing}", matches when mended`, matches, true);
        seen.set(near.unmet.what, (seen.get(near.unmet.what) ?? 0) + 1);
      }
    }
    process.stdout.write(`nearly: ${JSON.stringify(Object.fromEntries(seen))}\n`);
    expect([...seen.keys()].sort()).toEqual(['identity', 'label', 'named-port', 'node', 'port', 'prefix', 'protocol', 'service']); // prettier-ignore
  }, 240_000);

  it('tells a rule that matches as near where the packet goes to a port that no rule names', () => {
    const seen = { near: 0, anyPort: 0 };
    for (const one of cases(WORLDS / 4)) {
      const { world, question, forms, explanation } = one;
      if (question.protocol === 1 || question.protocol === 58) continue;
      const other = explain(world, { ...question, port: 47_001 }, { forms });
      if (other.nearly.length === 10) continue; // there may be more, and closer ones
      const [near, met] = [other.nearly.map(nameOf), other.matched.map(nameOf)];
      for (const name of explanation.matched.map(nameOf)) {
        same(
          one,
          `${name} is near or matched on another port`,
          near.includes(name) || met.includes(name),
          true,
        );
        seen[near.includes(name) ? 'near' : 'anyPort'] += 1;
      }
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(WORLDS / 20);
  }, 240_000);
});
