import { oracleOf, type OracleAnswer, type OracleQuestion } from '../oracle/index.js';
import type { World } from '../types.js';
import { Aim } from './aim.js';
import type { Random } from './random.js';
import type { Tally } from './tally.js';

/** A question with the naive evaluator's verdicts. */
export interface Asked {
  readonly question: OracleQuestion;
  readonly answer: OracleAnswer;
  readonly staged: OracleAnswer;
}

const CANDIDATES = 4;

/**
 * Questions about a world: packets that its rules are about, and of a few candidates the one that exercises what was exercised
 * least. The tally counts them.
 */
export function* survey(r: Random, world: World, packets: number, tally: Tally): Generator<Asked> {
  const oracle = oracleOf(world);
  const aim = new Aim(world);
  for (let i = 0; i < packets; i++) {
    const candidates = Array.from({ length: CANDIDATES }, () => {
      const question = aim.question(r);
      const answer = oracle.ask(question);
      return { question, answer, staged: oracle.hasStaged ? oracle.askStaged(question) : answer };
    });
    const asked = tally.rarest(candidates);
    tally.add(asked.answer, asked.staged);
    yield asked;
  }
}
