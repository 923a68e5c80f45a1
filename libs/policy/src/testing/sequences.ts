import { IDENTITY, isCidr } from '@sluice/labels';
import type { Resolver, Variant } from '../engine/resolver.js';
import { resolverOf } from '../engine/resolver.js';
import { oracleOf } from '../oracle/index.js';
import type { World } from '../types.js';
import { Aim } from './aim.js';
import { packetsAt, thirdVerdict } from './between.js';
import { changed, INPUTS, randomChange, type Change } from './changes.js';
import { disagreement, EngineAnswers } from './engine.js';
import { ENGINE_FEATURES } from './features.js';
import { Follower, unlike, type Way } from './follower.js';
import { giftsOf, shuffled, type Gift } from './give.js';
import { peersOf, subjectsWithHost } from './questions.js';
import { Random } from './random.js';
import { hasWholeParts, isWhole, isWorld, shrinkValue, showWorld } from './shrink.js';
import { randomWorld } from './worlds.js';

/** A world, and what happens to it. The changes of one step are one change to whoever follows. */
export interface Sequence {
  readonly world: World;
  readonly steps: readonly (readonly Change[])[];
}

/** What sequences came to: by what way classes changed, and how often each input did. */
export class SequenceTally {
  sequences = 0;
  swapping = 0;
  packets = 0;
  readonly ways: Record<Way, number> = { rows: 0, whole: 0, swap: 0 };
  readonly inputs = new Map<string, number>();

  count(way: Way): void {
    this.ways[way] += 1;
  }

  /** One line for people. */
  report(): string {
    const { rows, whole, swap } = this.ways;
    const inputs = [...this.inputs].map(([name, n]) => `${name} ${n}`).join(', ');
    return `${this.sequences} sequences (${this.swapping} with a swap), classes changed: ${rows} by rows, ${whole} as a whole in place, ${swap} by a swap; ${this.packets} packets; inputs: ${inputs}`;
  }
}

/** Who tells a resolver of a change. Another one than the usual is for tests of these comparisons. */
export type Teller = (resolver: Resolver, gifts: readonly Gift[]) => void;
const tellAll: Teller = (resolver, gifts) => {
  for (const { give } of gifts) give(resolver);
};

const QUESTIONS = 6;
const EDGES = 6;

function variantsOf(world: World, subject: number): Variant[] {
  const lists = world.namedPorts?.get(subject) ?? [];
  const own: Variant[] = lists.length > 1 ? [{ ports: lists[0]! }] : [];
  return [{}, { staged: true }, ...own];
}

/** One long-lived resolver with all classes that it is asked to follow. */
class Run {
  readonly #resolver: Resolver;
  readonly #followers = new Map<string, Follower>();
  private world: World;

  constructor(
    start: World,
    private readonly r: Random,
    private readonly tell: Teller,
    private readonly tally: SequenceTally,
  ) {
    // A world that was made smaller may lack identities of prefixes, which the first step would bring.
    this.world = changed(start, []);
    this.#resolver = resolverOf(this.world);
    this.#follow();
    this.#resolver.affected();
  }

  #follow(): void {
    for (const subject of subjectsWithHost(this.world))
      for (const variant of variantsOf(this.world, subject)) {
        const key = `${subject} ${JSON.stringify(variant)}`;
        if (!this.#followers.has(key))
          this.#followers.set(key, new Follower(this.#resolver, subject, variant));
      }
  }

  /** Takes a step; what is wrong after it or on the way, null where nothing is. */
  step(changes: readonly Change[]): string | null {
    const before = this.world;
    this.world = changed(before, changes);
    this.tell(this.#resolver, shuffled(this.r, giftsOf(before, this.world)));
    for (const { input } of changes) this.tally.inputs.set(input, (this.tally.inputs.get(input) ?? 0) + 1);
    return this.#moved(before) ?? this.#asAfresh() ?? this.#asTheOracle();
  }

  #moved(before: World): string | null {
    const affected = this.#resolver.affected();
    const peers = [...new Set([...peersOf(before), ...peersOf(this.world)])];
    for (const follower of this.#followers.values()) {
      if (!affected.has(follower.subject)) continue;
      const moved = follower.move();
      if (moved.delta.writes.length > 0) this.tally.count(moved.way);
      const wrong = follower.wrong();
      if (wrong !== null) return `${show(follower)}: ${wrong}`;
      if (moved.delta.swap) continue;
      const packets = packetsAt(this.r, moved, EDGES, peers, (p) => this.#familyOf(before, p));
      this.tally.packets += packets.length;
      const third = thirdVerdict(moved, packets);
      if (third) return `${show(follower)}: between two writes a third verdict for ${JSON.stringify(third)}`;
    }
    return null;
  }

  /** The family of a prefix is its own, others have both. */
  #familyOf(before: World, peer: number): 4 | 6 {
    if (peer === IDENTITY.WORLD_IPV4) return 4;
    if (peer === IDENTITY.WORLD_IPV6) return 6;
    if (!isCidr(peer)) return this.r.pick([4, 6] as const);
    const known = [...before.identities, ...this.world.identities].find((i) => i.id === peer);
    return known?.labels.some((l) => l.source === 'cidr' && l.key.includes(':')) ? 6 : 4;
  }

  #asAfresh(): string | null {
    const fresh = resolverOf(this.world);
    for (const follower of this.#followers.values()) {
      const { subject, variant, form } = follower;
      const wrong = unlike(form, fresh.resolve(subject, variant));
      if (wrong !== null) return `${show(follower)}: unlike one from nothing: ${wrong}`;
      if (this.#resolver.hasStaged(subject) !== fresh.hasStaged(subject))
        return `${show(follower)}: hasStaged is unlike`;
    }
    return null;
  }

  #asTheOracle(): string | null {
    this.#follow();
    const oracle = oracleOf(this.world);
    const engine = new EngineAnswers(this.#resolver);
    const aim = new Aim(this.world);
    for (let i = 0; i < QUESTIONS; i++) {
      const question = aim.question(this.r);
      for (const staged of [false, true]) {
        const expected = staged ? oracle.askStaged(question) : oracle.ask(question);
        const wrong = disagreement(expected, engine.ask(question, staged));
        if (wrong !== null) return `${JSON.stringify(question)}${staged ? ' staged' : ''}: ${wrong}`;
      }
    }
    return null;
  }
}

function show({ subject, variant }: Follower): string {
  return `class ${subject} ${JSON.stringify(variant)}`;
}

/** What goes wrong in a sequence, and in which step; null where nothing does. */
export function failureOf(
  { world, steps }: Sequence,
  tell: Teller = tellAll,
  tally = new SequenceTally(),
): string | null {
  const before = tally.ways.swap;
  const run = new Run(world, new Random(1), tell, tally);
  for (const [i, step] of steps.entries()) {
    const wrong = run.step(step);
    if (wrong !== null) return `step ${i}: ${wrong}`;
  }
  tally.sequences += 1;
  if (tally.ways.swap > before) tally.swapping += 1;
  return null;
}

const STEPS = 3;

/** The sequence of a seed: a random world, and steps of one to three changes. */
export function sequenceOf(seed: number): Sequence {
  const r = new Random(seed);
  const world = randomWorld(r, ENGINE_FEATURES);
  const steps: Change[][] = [];
  let now = world;
  for (let i = 0; i < STEPS; i++) {
    const step: Change[] = [];
    for (let left = r.pick([1, 1, 2, 3]); left > 0; left--) {
      const change = randomChange(r, now, 1000 + i * 10 + left);
      step.push(change);
      now = changed(now, [change]);
    }
    steps.push(step);
  }
  return { world, steps };
}

function isSequence(value: unknown): value is Sequence {
  const { world, steps } = value as Partial<Sequence>;
  if (!steps || !isWorld(world)) return false;
  return steps.every((step) =>
    step.every(
      (c) =>
        INPUTS.includes(c.input) && hasWholeParts(c as object) && (c.input !== 'policy' || isWhole(c.policy)),
    ),
  );
}

/** The same with one change less, which has happened before the sequence begins. */
function* foldings({ world, steps }: Sequence): Generator<Sequence> {
  for (const [i, step] of steps.entries())
    for (const [j, change] of step.entries())
      yield { world: changed(world, [change]), steps: steps.with(i, step.toSpliced(j, 1)) };
}

/** A least sequence that still fails: no change and no part of the world or of a change can be taken away. */
export function leastSequence(sequence: Sequence, tell: Teller = tellAll): Sequence {
  // Where the mistake is the teller's, what fails also without it is another one.
  const fails = (s: Sequence) => failureOf(s, tell) !== null && (tell === tellAll || failureOf(s) === null);
  const least = shrinkValue(sequence, isSequence, fails);
  const folded = [...foldings(least)].find((s) => isSequence(s) && fails(s));
  return folded ? leastSequence(folded, tell) : least;
}

/** Follows the sequence of a seed. Throws with a least sequence where something goes wrong. */
export function compareSequence(seed: number, tally: SequenceTally, tell: Teller = tellAll): void {
  const sequence = sequenceOf(seed);
  const wrong = failureOf(sequence, tell, tally);
  if (wrong === null) return;
  const least = leastSequence(sequence, tell);
  throw new Error(`sequence ${seed}: ${wrong}\nleast: ${failureOf(least, tell)}\n${showWorld(least)}`);
}
