import { decisionsOf } from './testing/features.js';
import { survey } from './testing/survey.js';
import { Tally } from './testing/tally.js';
import { Random, randomWorld, WORLD_FEATURES } from './testing/worlds.js';

const WORLDS = 2000;
const PACKETS = 20;

describe('the generator of random worlds', () => {
  it('lets every feature of every dialect decide at least 1% of the verdicts, and both verdicts 20%', () => {
    const tally = new Tally();
    for (let seed = 0; seed < WORLDS; seed++) {
      const r = new Random(seed);
      const world = randomWorld(r, WORLD_FEATURES);
      for (const _ of survey(r, world, PACKETS, tally));
    }
    const features = decisionsOf(WORLD_FEATURES);
    process.stdout.write(`${WORLDS} worlds, ${tally.report(features)}\n`);
    expect(tally.allowed / tally.asked).toBeGreaterThan(0.2);
    expect(tally.allowed / tally.asked).toBeLessThan(0.8);
    expect(features.filter((f) => tally.share(f) < 0.01)).toEqual([]);
  }, 120_000);
});
