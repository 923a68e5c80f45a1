import { resolverOf } from '../engine/resolver.js';
import { oracleOf } from '../oracle/index.js';
import type { World } from '../types.js';
import { disagreement, EngineAnswers } from './engine.js';
import type { WorldFeature } from './features.js';
import { Random } from './random.js';
import { shrink, showWorld } from './shrink.js';
import { survey } from './survey.js';
import type { Tally } from './tally.js';
import { randomWorld } from './worlds.js';

/** The world of a seed: the same in every suite, so that a number is enough to see it again. */
export function worldOf(seed: number, features: readonly WorldFeature[]): { r: Random; world: World } {
  const r = new Random(seed);
  return { r, world: randomWorld(r, features) };
}

/** Compares engine and naive evaluator in the world of a seed. Throws with a least world where they differ. */
export function compareSeed(
  seed: number,
  features: readonly WorldFeature[],
  packets: number,
  tally: Tally,
): void {
  const { r, world } = worldOf(seed, features);
  const engine = new EngineAnswers(resolverOf(world));
  for (const { question, answer, staged } of survey(r, world, packets, tally))
    for (const [counted, expected] of [
      [false, answer],
      [true, staged],
    ] as const) {
      const wrong = disagreement(expected, engine.ask(question, counted));
      if (wrong === null) continue;
      const least = shrink(world, (w) => {
        const naive = oracleOf(w);
        const right = counted ? naive.askStaged(question) : naive.ask(question);
        return disagreement(right, new EngineAnswers(resolverOf(w)).ask(question, counted)) !== null;
      });
      const which = counted ? ' with staged policies' : '';
      throw new Error(`seed ${seed}${which}: ${wrong}\n${showWorld({ question, world: least })}`);
    }
}
