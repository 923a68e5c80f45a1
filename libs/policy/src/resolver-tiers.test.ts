import { diff, evaluate, type PolicyMapEntry, type ResolvedClass } from './index.js';
import { entryKey } from './engine/diff.js';
import { direct, type NormalWorld } from './engine/testing/direct.js';
import {
  normalSubjects,
  randomNodes,
  randomNormal,
  randomNormalWorld,
  randomPorts,
  randomQuery,
  randomServices,
  resolverOfNormal,
} from './engine/testing/normalworlds.js';
import type { Resolver } from './engine/resolver.js';
import { Random, randomIdentity } from './testing/worlds.js';

const WORLDS = 2000;
const PACKETS = 25;

function check(world: NormalWorld, resolved: ResolvedClass, r: Random, seed: number, staged: boolean) {
  const q = randomQuery(r, world);
  const expected = direct(world, resolved.identity, q, staged);
  const answer = evaluate(resolved, q);
  const { provenance } = answer;
  const reason = provenance.type === 'rule' ? 'rule' : provenance.reason;
  const named = provenance.type === 'rule' ? provenance.rules : [];
  const wrong =
    answer.allowed !== expected.allowed ||
    reason !== expected.reason ||
    named.some((o) => !expected.rules.includes(o));
  if (wrong)
    throw new Error(
      JSON.stringify({ seed, subject: resolved.identity, q, expected, answer, world }, null, 1),
    );
  return expected;
}

it('every tier, peer and port answers as the rules do one by one', () => {
  const reasons = new Map<string, number>();
  let asked = 0;
  for (let seed = 0; seed < WORLDS; seed++) {
    const r = new Random(7_000_000 + seed);
    const world = randomNormalWorld(r);
    const resolver = resolverOfNormal(world);
    for (const subject of normalSubjects(world))
      for (const staged of [false, true]) {
        const resolved = resolver.resolve(subject, { staged });
        for (let i = 0; i < PACKETS; i++) {
          const { reason, rules, allowed } = check(world, resolved, r, seed, staged);
          const tier = world.normal.find(
            (p) => p.ref === rules[0]?.policy || p.ref.name === rules[0]?.policy.name,
          )?.tier;
          const key = `${reason} ${tier ?? ''} ${allowed ? 'allowed' : 'denied'}`;
          reasons.set(key, (reasons.get(key) ?? 0) + 1);
          asked++;
        }
      }
  }
  process.stdout.write(
    `${[...reasons].map(([k, n]) => `${k} ${((100 * n) / asked).toFixed(1)}%`).join(', ')}\n`,
  );
  expect([...reasons.values()].every((n) => n > asked / 200)).toBe(true);
  expect(reasons.size).toBe(10);
}, 120_000);
