import { readPolicy } from '../oracle/oracle.js';
import { labelsOf } from '../oracle/labels.js';
import type { OracleQuestion } from '../oracle/index.js';
import type { Ask, ReadRule } from '../oracle/reading.js';
import type { World } from '../types.js';
import { peersOf, questionAbout, randomQuestion, subjectsWithHost } from './questions.js';
import type { Random } from './random.js';

const TRIES = 16;

interface Target {
  readonly subjects: readonly number[];
  readonly rules: readonly ReadRule[];
}

/** Asks a world's rules for packets that meet them: chance alone seldom meets a rule that names peer and port. */
export class Aim {
  readonly #targets: readonly Target[];
  readonly #subjects: readonly number[];
  readonly #peers: readonly number[];

  constructor(private readonly world: World) {
    this.#peers = peersOf(world);
    this.#subjects = subjectsWithHost(world);
    this.#targets = world.policies
      .flatMap(readPolicy)
      .map(({ rules, selectsSubject }) => ({
        rules,
        subjects: this.#subjects.filter((s) => selectsSubject(world, s)),
      }))
      .filter((t) => t.rules.length > 0 && t.subjects.length > 0);
  }

  /** A packet that meets some rule if one is found, else any packet. */
  question(r: Random): OracleQuestion {
    if (this.#targets.length > 0 && r.chance(0.9)) {
      const { rules, subjects } = r.pick(this.#targets);
      const found = this.#meeting(r, r.pick(subjects), r.pick(rules));
      if (found) return found;
    }
    return randomQuestion(r, this.world, r.pick(this.#subjects));
  }

  #meeting(r: Random, subject: number, rule: ReadRule): OracleQuestion | null {
    let peer: number | null = null;
    for (let i = 0; i < TRIES; i++) {
      const candidate: number = peer ?? r.pick(this.#peers);
      const question = questionAbout(r, this.world, subject, candidate, rule.direction);
      const ask: Ask = { world: this.world, question, peerLabels: labelsOf(this.world, candidate) ?? [] };
      if (rule.meetsPeer(ask) === null) continue;
      peer = candidate;
      if (rule.meetsPort(ask) !== null) return question;
    }
    return null;
  }
}
