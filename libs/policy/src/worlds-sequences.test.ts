import { diff, resolveWorld } from './index.js';
import { packetsAt, thirdVerdict } from './testing/between.js';
import { changed, INPUTS } from './testing/changes.js';
import { compareSequence, failureOf, leastSequence, sequenceOf, SequenceTally } from './testing/sequences.js';
import type { Teller } from './testing/sequences.js';
import { peersOf, Random, subjectsOf } from './testing/worlds.js';

/** A nightly run sets more worlds and another first seed: scripts/nightly. */
const WORLDS = Number(process.env['SLUICE_WORLDS'] ?? 2000);
const SEED = Number(process.env['SLUICE_SEED'] ?? 0);

describe('sequences of changes', () => {
  it(
    'after each the resolver is as one from nothing and as the naive oracle, and on the way no packet has a third verdict',
    () => {
      const tally = new SequenceTally();
      for (let i = 0; i < WORLDS; i++) compareSequence(SEED + i, tally);
      process.stdout.write(`${tally.report()}\n`);
      if (WORLDS < 2000) return; // a repeated seed
      expect([...tally.inputs.keys()].sort()).toEqual([...INPUTS].sort());
      expect(tally.swapping / tally.sequences).toBeGreaterThan(0.01);
      expect(Math.min(tally.ways.rows, tally.ways.whole)).toBeGreaterThan(WORLDS);
    },
    180_000 + WORLDS * 150,
  );

  /** A resolver that is not told of one kind of change. */
  const deafTo =
    (input: string): Teller =>
    (resolver, gifts) => {
      for (const gift of gifts) if (gift.input !== input) gift.give(resolver);
    };

  it.each(['policy', 'policy-gone', 'identity', 'identity-gone', 'services', 'nodes', 'named-ports', 'local-host', 'mode'])(
    'would find a resolver that misses the input %s, and show the one change',
    (input) => {
      const deaf = deafTo(input);
      let seed = 0;
      while (failureOf(sequenceOf(seed), deaf) === null) seed += 1;
      const least = leastSequence(sequenceOf(seed), deaf);
      expect(failureOf(least, deaf)).not.toBeNull();
      expect(failureOf(least)).toBeNull();
      expect(least.steps.flat()).toHaveLength(1);
    },
    60_000,
  ); // prettier-ignore

  it('would find writes in another order', () => {
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { world, steps } = sequenceOf(seed);
      const r = new Random(seed);
      const peers = peersOf(world);
      for (const subject of subjectsOf(world)) {
        const [before, after] = [world, changed(world, steps.flat())].map((w) => resolveWorld(w, subject));
        const { writes } = diff(before!, after!);
        const delta = { swap: false, writes: writes.toReversed() };
        const moved = { before: before!, after: after!, delta, way: 'whole' } as const;
        if (
          thirdVerdict(
            moved,
            packetsAt(r, moved, 10, peers, () => 4),
          )
        )
          found += 1;
      }
    }
    expect(found).toBeGreaterThan(20);
  });
});
