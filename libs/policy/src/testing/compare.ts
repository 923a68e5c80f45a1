import { resolverOf } from '../engine/resolver.js';
import { oracle } from '../oracle/index.js';
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
  for (const { question, answer } of survey(r, world, packets, tally)) {
    const wrong = disagreement(answer, engine.ask(question));
    if (wrong === null) continue;
    const least = shrink(
      world,
      (w) => disagreement(oracle(w, question), new EngineAnswers(resolverOf(w)).ask(question)) !== null,
    );
    throw new Error(`seed ${seed}: ${wrong}\n${showWorld({ question, world: least })}`);
  }
}
