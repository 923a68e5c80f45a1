import { makeLabels, matches, parseSelector, type Label, type SelectorDocument } from '@sluice/labels';
import { normalise } from '../normal/normalise.js';
import { worldOf } from '../testing/compare.js';
import { Random } from '../testing/random.js';
import { survey } from '../testing/survey.js';
import { Tally } from '../testing/tally.js';
import { ENGINE_FEATURES } from '../testing/worlds.js';
import { contradiction, implies } from './logic.js';
import { lintSteps, liveSteps, pathOfRule, specsOf, type LintFinding } from './index.js';

const WORLDS = Number(process.env['SLUICE_WORLDS'] ?? 600);
const KEYS = [
  'app',
  'k8s:app',
  'container:app',
  'tier',
  'io.kubernetes.pod.namespace',
  'k8s:io.kubernetes.pod.namespace',
];
const VALUES = ['a', 'b', 'c', ''];

function randomSelector(r: Random): SelectorDocument {
  const expression = () => {
    const operator = r.pick(['In', 'In', 'NotIn', 'Exists', 'DoesNotExist'] as const);
    const values = operator === 'In' || operator === 'NotIn' ? r.some(1, 3, () => r.pick(VALUES)) : [];
    return { key: r.pick(KEYS), operator, values };
  };
  return { matchExpressions: r.some(0, 3, expression) };
}

/** Every set of labels of the keys above, one of each source and key at most. */
function everyLabels(): ReturnType<typeof makeLabels>[] {
  const slots: (Label | null)[][] = [['k8s', 'app'], ['container', 'app'], ['user', 'app'], ['k8s', 'tier'], ['k8s', 'io.kubernetes.pod.namespace']].map(
    ([source, key]) => [null, ...VALUES.map((value) => ({ source, key, value }) as Label), { source, key, value: 'other' } as Label],
  );
  const sets = slots.reduce<Label[][]>((all, slot) => all.flatMap((set) => slot.map((l) => (l ? [...set, l] : set))), [[]]);
  return sets.map((set) => makeLabels(set));
} // prettier-ignore

const inputsOf = (policies: readonly Parameters<typeof normalise>[0][]) =>
  policies.map((stored) => ({ stored, form: normalise(stored).policy, told: true }));
const nameOf = ({ policy, rule }: LintFinding) => `${policy?.kind}/${policy?.scope}/${policy?.name} ${rule}`;

describe('the logic of selectors, against every set of labels', () => {
  const sets = everyLabels();
  it('calls contradictory only what nothing meets, and implied only what holds', () => {
    const r = new Random(7);
    const seen = { contradictory: 0, implied: 0, met: 0 };
    for (let i = 0; i < 1200; i++) {
      const [a, b] = [parseSelector(randomSelector(r)), parseSelector(randomSelector(r))];
      const met = sets.filter((labels) => matches(a, labels));
      if (contradiction(a) !== null) {
        seen.contradictory += 1;
        if (met.length > 0) throw new Error(`${a.text} is met by ${JSON.stringify(met[0])}`);
      } else if (met.length > 0) seen.met += 1;
      if (!implies(a, b)) continue;
      seen.implied += 1;
      const not = met.find((labels) => !matches(b, labels));
      if (not) throw new Error(`${a.text} does not imply ${b.text}: ${JSON.stringify(not)}`);
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(30);
  }, 120_000);
});

describe('lint, in random worlds', () => {
  it('calls shadowed only rules that never decide, and finds those', () => {
    const tally = new Tally();
    let shadowed = 0;
    for (let seed = 0; seed < WORLDS; seed++) {
      const { r, world } = worldOf(seed, ENGINE_FEATURES);
      const inputs = inputsOf(world.policies);
      const findings = [...lintSteps(inputs)].filter((f) => f !== null);
      for (const { path, policy } of findings.filter((f) => f.rule !== '')) {
        const document = world.policies.find((p) => p.kind === policy?.kind && p.scope === policy.scope && p.name === policy.name)?.document;
        if (path.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], document) === undefined)
          throw new Error(`seed ${seed}: nothing stands at ${path.join('.')}`);
      }
      const names = new Set(findings.filter((f) => f.code === 'shadowed-rule').map(nameOf));
      const staged = new Set(inputs.filter((i) => i.form.staged).map((i) => `${i.form.ref.kind}/${i.form.ref.scope}/${i.form.ref.name}`));
      shadowed += names.size;
      for (const { question, answer, staged: counted } of survey(r, world, 12, tally)) {
        const [first] = answer.rules;
        if (first !== undefined && names.has(first)) throw new Error(`seed ${seed}: ${first} decides ${JSON.stringify(question)}`);
        // Of staged policies what counts is the verdict with them.
        const [then] = counted.rules;
        const isStaged = then !== undefined && staged.has(then.slice(0, then.lastIndexOf(' ')));
        if (isStaged && names.has(then)) throw new Error(`seed ${seed}: staged ${then} decides ${JSON.stringify(question)}`);
      }
    }
    process.stdout.write(`${shadowed} shadowed rules\n`);
    expect(shadowed).toBeGreaterThan(WORLDS / 20);
  }, 240_000); // prettier-ignore

  it('says that nobody is selected only where no packet shows otherwise', () => {
    const tally = new Tally();
    let idle = 0;
    for (let seed = 0; seed < WORLDS / 3; seed++) {
      const { r, world } = worldOf(seed, ENGINE_FEATURES);
      const live = { identities: world.identities, nodes: world.nodes ?? [], services: world.services ?? [] };
      const findings = [...liveSteps(specsOf(inputsOf(world.policies)), live)].filter((f) => f !== null);
      const whole = new Set(findings.filter((f) => f.rule === '' && world.policies.find((p) => p.name === f.policy?.name && p.kind === f.policy.kind && !('specs' in (p.document as object)))).map((f) => nameOf(f).trim())); // prettier-ignore
      idle += findings.length;
      for (const { answer } of survey(r, world, 12, tally))
        for (const rule of answer.rules)
          if (whole.has(rule.slice(0, rule.lastIndexOf(' '))))
            throw new Error(`seed ${seed}: ${rule} decides`);
    }
    expect(idle).toBeGreaterThan(WORLDS / 20);
  }, 240_000);

  it('names paths by rules', () => {
    expect(pathOfRule('specs[1].ingressDeny[2]')).toEqual(['specs', 1, 'ingressDeny', 2]);
    expect(pathOfRule('egress[0]')).toEqual(['spec', 'egress', 0]);
  });
});
