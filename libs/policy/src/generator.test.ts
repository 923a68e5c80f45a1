import { decisionsOf } from './testing/features.js';
import { MUTANTS } from './testing/mutants.js';
import { survey } from './testing/survey.js';
import { Tally } from './testing/tally.js';
import { Random, randomWorld, WORLD_FEATURES } from './testing/worlds.js';

const WORLDS = 2000;
const PACKETS = 20;

describe('the generator of random worlds', () => {
  it('lets each feature decide 1% of the verdicts and finds every mutant of the semantics', () => {
    const tally = new Tally();
    const hidden = new Set(MUTANTS);
    const foundAt = new Map<string, number>();
    for (let seed = 0; seed < WORLDS; seed++) {
      const r = new Random(seed);
      const world = randomWorld(r, WORLD_FEATURES);
      const answers = [...hidden].map((mutant) => ({ mutant, ask: mutant.of(world) }));
      for (const { question, answer } of survey(r, world, PACKETS, tally))
        for (const { mutant, ask } of answers)
          if (hidden.has(mutant) && ask(question) !== answer.allowed) {
            hidden.delete(mutant);
            foundAt.set(mutant.name, seed);
          }
    }
    const features = decisionsOf(WORLD_FEATURES);
    process.stdout.write(`${WORLDS} worlds, ${tally.report(features)}\n`);
    process.stdout.write(`mutants by the world that found them: ${[...foundAt].map(([n, s]) => `${n} ${s}`).join(', ')}\n`); // prettier-ignore
    expect(tally.allowed / tally.asked).toBeGreaterThan(0.2);
    expect(tally.allowed / tally.asked).toBeLessThan(0.8);
    expect(features.filter((f) => tally.share(f) < 0.01)).toEqual([]);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(30);
    expect([...hidden].map((m) => m.name)).toEqual([]);
  }, 240_000);
});
