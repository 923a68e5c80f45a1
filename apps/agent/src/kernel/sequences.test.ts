import { CHANGES, emptyCluster, PEERS } from '../testing/changes.js';
import { MemoryNode, type Packet } from '../testing/node.js';
import { Random } from '../testing/random.js';
import { SharedState } from '../world/state.js';

const SEQUENCES = Number(process.env['SLUICE_SEQUENCES'] ?? 120);
const SEED = Number(process.env['SLUICE_SEED'] ?? 0);
const STEPS = 12;

/** A node that lives through changes, and what must hold of it. */
class Life {
  readonly node = new MemoryNode();
  readonly state = new SharedState();
  readonly told: string[] = [];
  readonly seen = new Set<string>();
  /** While it is set no entry more has room in the ipcache: passes fail, and nothing is cleaned. */
  isFull = false;
  private readonly r: Random;

  constructor(seed: number) {
    this.r = new Random(seed);
    emptyCluster(this.state);
    for (let i = 0; i < 20; i++) this.change();
    this.node.pass(this.state);
  }

  private change(): string {
    const [name, change] = this.r.pick(CHANGES);
    const { node } = this;
    change(this.r, this.state, {
      add: (record) => node.add(record),
      remove: (id) => node.remove(id),
      ids: node.locals.map(({ record }) => record.id),
    });
    this.told.push(name);
    return name;
  }

  /** One step: a change or several, one pass. What is wrong on the way, or null. */
  step(): string | null {
    const alone = this.r.chance(0.6);
    const names = Array.from({ length: alone ? 1 : 2 + this.r.below(4) }, () => this.change());
    // A new list of the store now and then, as after a broken watch.
    const isFresh = this.r.chance(0.1);
    const state = isFresh ? this.again() : this.state;
    const watched = alone && !isFresh && !this.isFull ? this.packets() : [];
    const before = this.node.verdicts(watched);
    const between: boolean[][] = [];
    this.node.kernel.onWrite = () => between.push(this.node.verdicts(watched));
    this.isFull = this.r.chance(this.isFull ? 0.6 : 0.05);
    this.node.kernel.limit('ipcache', this.isFull ? 5 : Infinity);
    const { errors } = this.node.pass(state);
    this.node.kernel.onWrite = () => undefined;
    if (this.isFull) return null;
    if (errors.length > 0) return errors.join();
    const verdicts = this.node.verdicts(watched);
    for (const [i, packet] of watched.entries()) {
      const after = verdicts[i];
      if (before[i] !== after) this.seen.add(names[0]!);
      const third = between.findIndex((verdicts) => verdicts[i] !== before[i] && verdicts[i] !== after);
      if (third >= 0) return `${names[0]}: write ${third} of ${between.length} gives a third verdict: ${JSON.stringify({ packet, before: before[i], after })}`; // prettier-ignore
    }
    return null;
  }

  private again(): SharedState {
    const fresh = new SharedState();
    for (const kind of ['policies', 'identities', 'allocations', 'pools', 'services', 'endpoints'] as const)
      for (const [key, value] of this.state[kind])
        (fresh[kind] as Map<unknown, unknown>).set(key, structuredClone(value));
    for (const [hash, id] of this.state.identityOf) fresh.identityOf.set(hash, id);
    return Object.assign(fresh, {
      settings: { ...this.state.settings },
      revision: this.state.revision,
      complete: true,
    });
  }

  /** Between each local workload and everybody, by a port that has a name for some and one that has none. */
  private packets(): Packet[] {
    return this.node.locals.flatMap(({ record }) =>
      PEERS.flatMap((peer) =>
        (['egress', 'ingress'] as const).map((direction) => ({
          local: record.address4!,
          peer,
          family: peer.includes(':') ? (6 as const) : (4 as const),
          direction,
          protocol: 6,
          port: this.r.pick([80, 8080, 443]),
        })),
      ),
    );
  }

  /** A node that begins with what is there now. */
  afresh(): MemoryNode {
    const fresh = new MemoryNode();
    for (const { record } of this.node.locals) fresh.add(record);
    const { errors } = fresh.pass(this.again());
    expect(errors).toEqual([]);
    return fresh;
  }
}

describe('a node over sequences of changes', () => {
  it(
    'has what one that starts now would have, says the same, and no write on the way opens or closes what the change does not',
    () => {
      const seen = new Set<string>();
      for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
        const life = new Life(seed);
        for (let step = 0; step < STEPS; step++) {
          const wrong = life.step();
          if (wrong !== null) throw new Error(`sequence ${seed}, step ${step}: ${wrong}`);
          if (life.isFull) continue;
          const fresh = life.afresh();
          const where = `sequence ${seed}, step ${step} (${life.told.at(-1)})`;
          expect({ where, ...life.node.view() }).toEqual({ where, ...fresh.view() });
          expect(life.node.view().stray).toEqual([]);
        }
        for (const name of life.seen) seen.add(name);
        if (life.isFull) continue;
        const { writes } = life.node.kernel;
        life.node.pass(life.state);
        life.node.realizer.refresh();
        life.node.pass(life.state);
        expect(life.node.kernel.writes).toBe(writes);
      }
      // The packets are such that changes of all these kinds decide about some.
      if (SEQUENCES >= 120)
        expect([...seen].sort()).toEqual(
          expect.arrayContaining(['departure', 'endpoint', 'identity', 'newcomer', 'policy', 'policy gone']),
        );
    },
    120_000 + SEQUENCES * 500,
  );
});
