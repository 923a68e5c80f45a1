import { hashLabels, makeLabels, type Labels } from '@sluice/labels';
import { IdentityCollector, type Collected } from './collection.js';
import { assignIdentity, numberOf, type IdentityStore } from './identities.js';
import {
  keys,
  type ClaimValue,
  type IdentityOfValue,
  type IdentityValue,
  type RealizedValue,
} from './schema.js';
import { ModelStore, type ModelChange } from './testing/model.js';
import type { Entry } from './types.js';

const INTERLEAVINGS = Number(process.env['SLUICE_INTERLEAVINGS'] ?? 10_000);
const ACTS = 400;
const SETS: readonly Labels[] = ['a', 'b'].map((app) => makeLabels([`k8s:app=${app}`]));
const labelsOf = new Map(SETS.map((labels) => [hashLabels(labels), labels]));
const hashes = new Map(SETS.map((labels) => [labels, hashLabels(labels)]));
const hashOf = (labels: Labels): string => hashes.get(labels)!;

function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
}

/** Lets one waiting call go on at a time, whichever the dice say. */
class Turns {
  private readonly waiting: (() => void)[] = [];
  constructor(private readonly dice: (n: number) => number) {}

  readonly wait = (): Promise<void> => new Promise((resolve) => this.waiting.push(resolve));

  /** False where nothing waits. */
  async step(): Promise<boolean> {
    if (this.waiting.length === 0) return false;
    const [resolve] = this.waiting.splice(this.dice(this.waiting.length), 1);
    resolve?.();
    // Continuations of what was let go run before the next step.
    for (let i = 0; i < 6; i += 1) await Promise.resolve();
    return true;
  }
}

/** The hint always says to begin anew, so that a number is given out again as soon as it may be. */
class ForgetfulStore extends ModelStore {
  override async get<T>(key: string): Promise<Entry<T> | null> {
    const found = await super.get<T>(key);
    return found && key === keys.lastIdentity() ? { ...found, value: { identity: 0 } as T } : found;
  }
}

/**
 * A control-plane replica. When it dies, none of its calls goes on; what it was about to write is written yet, or never. The next
 * one knows nothing of what it saw.
 */
class Replica {
  private dead = false;
  private readonly death: Promise<'dead'>;
  private readonly tell: () => void;
  private readonly store: IdentityStore;
  private readonly collector: IdentityCollector;

  constructor(store: ModelStore, now: () => number, dice: (n: number) => number) {
    let tell: () => void = () => undefined;
    this.death = new Promise((resolve) => (tell = () => resolve('dead')));
    this.tell = tell;
    this.store = {
      get: (key) => this.living(() => store.get(key)),
      list: (prefix) => this.living(() => store.list(prefix)),
      txn: (conditions, then) =>
        this.living(() => store.txn(conditions, then, () => !this.dead || dice(2) === 0)),
    };
    this.collector = new IdentityCollector(this.store, { graceMs: 10, now });
  }

  die(): void {
    this.dead = true;
    this.tell();
  }

  /** Null where it died over it. */
  collect(): Promise<Collected | null> {
    return this.unlessDead(this.collector.pass());
  }

  answer(labels: Labels): Promise<unknown> {
    return this.unlessDead(assignIdentity(this.store, labels));
  }

  private async unlessDead<T>(work: Promise<T>): Promise<T | null> {
    const result = await Promise.race([work, this.death]);
    return result === 'dead' ? null : result;
  }

  private async living<T>(call: () => Promise<T>): Promise<T> {
    if (!this.dead) {
      const result = await call();
      if (!this.dead) return result;
    }
    return new Promise<never>(() => undefined);
  }
}

/** A node: endpoints of some sets, a view of the store that lags, and the numbers that it acts on. */
class Node {
  private seen = 0;
  private readonly identities = new Map<number, Labels>();
  private readonly retiring = new Set<number>();
  private readonly numberOf = new Map<string, number>();
  private readonly endpoints = new Set<Labels>();
  /** What packets of its endpoints bear: the property is about these. */
  readonly acting = new Map<Labels, number>();
  private realized = 0;
  private writes: Promise<unknown> = Promise.resolve();

  constructor(
    readonly name: string,
    private readonly store: ModelStore,
    private readonly start: (work: Promise<unknown>) => void,
  ) {}

  /** What a number means to this node; undefined: nothing. */
  meaning(number: number): Labels | undefined {
    return this.identities.get(number);
  }

  toggle(labels: Labels): void {
    const key = keys.claim(this.name, hashOf(labels));
    if (this.endpoints.delete(labels)) {
      this.acting.delete(labels);
      this.write(() => this.store.delete(key));
    } else {
      this.endpoints.add(labels);
      this.write(() => this.store.put(key, { labels } satisfies ClaimValue));
      this.act();
    }
  }

  /** Reads on in its watch by at most `most` revisions, and tells that it has. */
  follow(most: number): void {
    const until = this.seen + most;
    for (const { revision, key, value } of this.store.log) {
      if (revision <= this.seen || revision > until) continue;
      this.apply(key, value);
    }
    this.seen = Math.min(until, this.store.revision);
    this.act();
    if (this.seen === this.realized) return;
    this.realized = this.seen;
    const value = { generation: 1, revision: this.seen, errors: [] };
    this.write(() => this.store.put(keys.realized(this.name), value));
  }

  /** One after the other, as the agent's publisher does: what was wished last is what stands at last. */
  private write(work: () => Promise<unknown>): void {
    this.writes = this.writes.then(work);
    this.start(this.writes);
  }

  private apply(key: string, value: unknown): void {
    if (key.startsWith(keys.identities())) {
      const number = Number(key.slice(keys.identities().length));
      const identity = value as IdentityValue | null;
      if (identity) this.identities.set(number, identity.labels);
      else this.identities.delete(number);
      if (identity?.retiring) this.retiring.add(number);
      else this.retiring.delete(number);
    } else if (key.startsWith('shared/identity-of/')) {
      const hash = key.slice('shared/identity-of/'.length);
      if (value) this.numberOf.set(hash, (value as IdentityOfValue).identity);
      else this.numberOf.delete(hash);
    }
  }

  /** As the agent does: a number once taken stays while the store knows it; a retiring one is not taken. */
  private act(): void {
    for (const labels of this.endpoints) {
      const present = this.acting.get(labels);
      if (present !== undefined && this.identities.has(present)) continue;
      this.acting.delete(labels);
      const number = this.numberOf.get(hashOf(labels));
      if (number === undefined || this.retiring.has(number) || !this.identities.has(number)) continue;
      this.acting.set(labels, number);
    }
  }
}

/** What must hold of each single write to an identity. */
class Lives {
  private read = 0;
  private readonly present = new Map<number, IdentityValue>();
  /** Revision of the last deletion of each number. */
  private readonly deleted = new Map<number, number>();
  private readonly realized = new Map<string, number>();
  reused = 0;

  constructor(private readonly nodes: readonly string[]) {}

  check(log: readonly ModelChange[]): void {
    for (; this.read < log.length; this.read += 1) {
      const { key, value, revision } = log[this.read]!;
      if (key.startsWith(keys.statuses())) this.realized.set(key, (value as RealizedValue).revision);
      else if (key.startsWith(keys.identities()))
        this.change(numberOf(key), value as IdentityValue | null, revision);
    }
  }

  private change(number: number, value: IdentityValue | null, revision: number): void {
    const before = this.present.get(number);
    if (value === null) {
      if (before?.retiring !== true) throw new Error(`${number} was deleted without a mark`);
      this.present.delete(number);
      this.deleted.set(number, revision);
      return;
    }
    const deletion = this.deleted.get(number);
    if (before === undefined && deletion !== undefined) {
      this.reused += 1;
      for (const node of this.nodes)
        if ((this.realized.get(keys.realized(node)) ?? 0) < deletion)
          throw new Error(`${number} was given out before ${node} knew of its deletion`);
    }
    this.present.set(number, value);
  }
}

class World {
  readonly turns: Turns;
  readonly store: ModelStore;
  readonly nodes: Node[];
  private readonly replicas: Replica[];
  readonly lives = new Lives(['one', 'two']);
  private now = 0;
  private running = 0;
  private claimsSeen = 0;
  /** How much goes on for each thing that is begun: in slow worlds more is open at once, in fast ones more comes to its end. */
  private readonly pace: number;
  readonly errors: unknown[] = [];
  private passes = 0;
  collected = 0;
  released = 0;
  crashes = 0;

  constructor(readonly dice: (n: number) => number) {
    this.turns = new Turns(dice);
    this.pace = 1 + dice(8);
    this.store = new ForgetfulStore(this.turns.wait);
    const start = (work: Promise<unknown>): void => this.run(work);
    this.nodes = ['one', 'two'].map((name) => new Node(name, this.store, start));
    this.replicas = [this.replica(), this.replica()];
    this.run(this.store.put(keys.cluster(), { uuid: 'u', generation: 1 }));
    for (const { name } of this.nodes) this.run(this.store.put(keys.node(name), {}));
  }

  private readonly replica = (): Replica => new Replica(this.store, () => this.now, this.dice);

  private run(work: Promise<unknown>): void {
    this.running += 1;
    work.catch((error: unknown) => this.errors.push(error)).finally(() => (this.running -= 1));
  }

  /** One replica dies wherever it is, and starts anew: then it answers all claims that stand. */
  crash(): void {
    const at = this.dice(this.replicas.length);
    this.replicas[at]!.die();
    const next = (this.replicas[at] = this.replica());
    this.crashes += 1;
    for (const { value } of this.store.peek(keys.claims()))
      this.run(next.answer((value as ClaimValue).labels));
  }

  /** One or both replicas answer each claim that they see, once, and perhaps late. */
  private answerClaims(): void {
    const fresh = this.store.log.slice(this.claimsSeen);
    this.claimsSeen = this.store.log.length;
    for (const { key, value } of fresh)
      if (key.startsWith(keys.claims()) && value)
        for (const replica of this.dice(2) === 0 ? this.replicas : [this.replicas[this.dice(2)]!])
          this.run(replica.answer((value as ClaimValue).labels));
  }

  /** Mostly what was begun goes on by a step; now and then something is begun. Nodes often read on by little, or not at all. */
  async act(): Promise<void> {
    const node = this.nodes[this.dice(this.nodes.length)]!;
    switch (this.dice(20)) {
      case 0:
      case 1:
        node.toggle(SETS[this.dice(SETS.length)]!);
        break;
      case 2:
      case 3:
        node.follow(1 + this.dice(4 * this.pace));
        break;
      case 4:
      case 5:
        if (this.passes < 2) this.collect();
        break;
      case 6:
        this.now += this.dice(40);
        break;
      case 7:
        if (this.dice(8) === 0) this.crash();
        break;
      default:
        for (let i = 0; i < this.pace; i += 1) await this.turns.step();
    }
    this.answerClaims();
    this.check();
  }

  collect(): void {
    const replica = this.replicas[this.dice(this.replicas.length)]!;
    this.passes += 1;
    this.run(
      replica.collect().then((done) => {
        this.passes -= 1;
        this.collected += done?.deleted.length ?? 0;
        this.released += done?.released.length ?? 0;
      }),
    );
  }

  /** Everything that was begun comes to its end, nodes read on to the last revision, and graces pass. */
  async settle(): Promise<void> {
    for (let round = 0; round < 5; round += 1) {
      for (let i = 0; i < 2_000 && this.running > 0; i += 1) {
        await this.turns.step();
        this.answerClaims();
        this.check();
      }
      for (const node of this.nodes) node.follow(1_000);
      this.now += 100;
      this.collect();
    }
    while (this.running > 0) await this.turns.step();
    for (const node of this.nodes) node.follow(1_000);
  }

  /** One number never means two things, whoever acts on it and whoever reads it; one set never has two numbers. */
  check(): void {
    this.lives.check(this.store.log);
    for (const { acting } of this.nodes)
      for (const [labels, number] of acting)
        for (const other of this.nodes) {
          const meaning = other.meaning(number);
          // The model hands the sets around as they are: the same set is the same object.
          if (meaning !== undefined && meaning !== labels)
            throw new Error(`${number} means two things at once`);
        }
    const identities = this.store.peek(keys.identities());
    const sets = new Set(identities.map(({ value }) => (value as IdentityValue).labels));
    if (sets.size !== identities.length) throw new Error('a set has two numbers');
    const of = this.store.peek('shared/identity-of/');
    if (of.length !== identities.length) throw new Error('one key of a pair is missing');
  }
}

describe('identities, claimed and taken back', () => {
  it(`never mean two things in ${INTERLEAVINGS} interleavings, and end as they should`, async () => {
    let collected = 0;
    let released = 0;
    let crashes = 0;
    let reused = 0;
    for (let seed = 1; seed <= INTERLEAVINGS; seed += 1) {
      const world = new World(random(seed));
      try {
        for (let i = 0; i < ACTS; i += 1) await world.act();
        await world.settle();
        expect(world.errors).toEqual([]);
        const claimed = new Set(
          world.store.peek(keys.claims()).map(({ key }) => key.slice(key.lastIndexOf('/') + 1)),
        );
        const standing = world.store.peek(keys.identities());
        const wanted = [...claimed].map((hash) => labelsOf.get(hash));
        expect(standing.map(({ value }) => (value as IdentityValue).labels)).toEqual(
          expect.arrayContaining(wanted),
        );
        expect(standing).toHaveLength(claimed.size);
        expect(standing.every(({ value }) => !(value as IdentityValue).retiring)).toBe(true);
        expect(world.store.peek(keys.retiredIdentities())).toEqual([]);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
      collected += world.collected;
      released += world.released;
      crashes += world.crashes;
      reused += world.lives.reused;
    }
    // Otherwise the worlds were too quiet to show anything.
    expect(collected).toBeGreaterThan(INTERLEAVINGS / 4);
    expect(released).toBeGreaterThan(INTERLEAVINGS / 4);
    expect(reused).toBeGreaterThan(INTERLEAVINGS / 10);
    expect(crashes).toBeGreaterThan(INTERLEAVINGS / 2);
  }, 240_000);
});
