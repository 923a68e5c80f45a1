import { resolverOf, type PolicyMapEntry, type ResolvedClass } from './index.js';
import {
  denseNormalWorld,
  normalSubjects,
  randomNormalWorld,
  resolverOfNormal,
} from './engine/testing/normalworlds.js';
import { mergeable, needless } from './testing/minimal.js';
import { subjectsWithHost } from './testing/questions.js';
import { Random, randomWorld } from './testing/worlds.js';

const WORLDS = 300;

function* formsOf(seed: number): Generator<ResolvedClass> {
  const world = randomWorld(new Random(seed));
  const resolver = resolverOf(world);
  for (const subject of subjectsWithHost(world))
    for (const staged of [false, true]) yield resolver.resolve(subject, { staged });
  for (const normal of [randomNormalWorld(new Random(seed)), denseNormalWorld(new Random(seed))]) {
    const other = resolverOfNormal(normal);
    for (const subject of normalSubjects(normal)) yield other.resolve(subject);
  }
}

describe('the written form', () => {
  it.each<[string, (form: ResolvedClass) => PolicyMapEntry[]]>([
    ['has no entry that could be left out', needless],
    ['has no neighbours that could be one', mergeable],
  ])(
    '%s',
    (_name, wrong) => {
      let entries = 0;
      for (let seed = 0; seed < WORLDS; seed++)
        for (const form of formsOf(12_000_000 + seed)) {
          entries += form.entries.length;
          const found = wrong(form);
          if (found.length === 0) continue;
          const beside = form.entries.filter((e) => e.direction === found[0]!.direction);
          throw new Error(JSON.stringify({ seed, subject: form.identity, found, beside }, null, 1));
        }
      expect(entries).toBeGreaterThan(WORLDS * 50);
    },
    120_000,
  );
});
