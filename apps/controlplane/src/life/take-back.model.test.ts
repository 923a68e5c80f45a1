import type { ChangeValue, Entry, HistoryValue, Op, PolicyValue } from '@sluice/store';
import { keys } from '@sluice/store';
import { keyOf, planApply, planDelete, type Change, type Plan } from '../policies/plan.js';
import { remembered } from './remember.js';
import { keptOf, planTakeBack } from './take-back.js';

const NAMES = ['a', 'b', 'c', 'd'];
const ref = (name: string) => ({ kind: 'Policy', scope: 'shop', name });

/** Numbers below a limit, the same for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** etcd as far as plans need it: keys with their revisions, one transaction a revision. */
class Model {
  readonly all = new Map<string, Entry>();
  revision = 1;

  commit(plan: Plan, change: Change): void {
    for (const condition of plan.conditions) {
      const now = this.all.get(condition.key)?.modRevision ?? 0;
      expect(now).toBe('absent' in condition ? 0 : condition.modRevision);
    }
    this.revision += 1;
    const { ops } = remembered(plan, change);
    expect(new Set(ops.map(keyOfOp)).size).toBe(ops.length);
    for (const op of ops) this.write(op);
  }

  private write(op: Op): void {
    if ('delete' in op) return void this.all.delete(op.delete);
    const createRevision = this.all.get(op.put)?.createRevision ?? this.revision;
    const entry = { key: op.put, value: op.value, createRevision, modRevision: this.revision };
    this.all.set(op.put, entry);
  }

  below<T>(prefix: string): Entry<T>[] {
    return [...this.all.values()].filter(({ key }) => key.startsWith(prefix)) as Entry<T>[];
  }

  present(): Map<string, Entry<PolicyValue>> {
    return new Map(this.below<PolicyValue>(keys.policies()).map((entry) => [entry.key, entry]));
  }

  /** What holds now: document, uid and owner of each policy. */
  state(): string {
    const policies = [...this.present().values()].map(({ key, value: { document, uid, owner } }) => [
      key,
      document,
      uid,
      owner,
    ]);
    return JSON.stringify(policies.sort());
  }

  takeBack(id: string, change: Change) {
    const changed = this.all.get(keys.change(id)) as Entry<ChangeValue>;
    const kept = new Map(
      changed.value.policies.map((one) => {
        const forms = this.below<HistoryValue>(keys.historyOf(one.kind, one.scope, one.name));
        return [keyOf(one), keptOf(one, forms, changed.createRevision)] as const;
      }),
    );
    return planTakeBack(changed, kept, this.present(), change);
  }
}

const keyOfOp = (op: Op) => ('delete' in op ? op.delete : op.put);

/** Some changes one after the other; those that changed something, each with what it touched and the state before it. */
function story(model: Model, pick: (below: number) => number) {
  const told: { id: string; touched: string[]; before: string }[] = [];
  for (let n = 0; n < 8; n++) {
    const change: Change = {
      id: `c-${n}`,
      author: 'x',
      time: '2026-11-23T10:00:00Z',
      newUid: () => `u-${n}`,
    };
    const names = NAMES.filter(() => pick(2) === 0);
    const present = model.present();
    const plan =
      pick(3) === 0
        ? planDelete(names.filter((name) => present.has(keyOf(ref(name)))).map(ref), present, change)
        : planApply(
            names.map((name, index) => ({ ref: ref(name), document: { name, at: pick(3) }, index })),
            present,
            change,
          );
    if (plan.ops.length === 0) continue;
    const touched = plan.results.filter(({ action }) => action !== 'unchanged').map((one) => one.ref.name);
    told.push({ id: change.id, touched, before: model.state() });
    model.commit(plan, change);
  }
  return told;
}

const undo: Change = { id: 'c-undo', author: 'y', time: '2026-11-23T11:00:00Z', newUid: () => 'never' };

describe('taking changes back, in many stories', () => {
  it('of the last change brings back exactly what was before, and again what was after', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const model = new Model();
      const last = story(model, random(seed)).at(-1);
      if (last === undefined) continue;
      const after = model.state();
      const { plan, left } = model.takeBack(last.id, undo);
      expect(left).toEqual([]);
      model.commit(plan, undo);
      expect(model.state()).toBe(last.before);
      const redo = { ...undo, id: 'c-redo' };
      const forth = model.takeBack('c-undo', redo);
      expect(forth.left).toEqual([]);
      model.commit(forth.plan, redo);
      expect(model.state()).toBe(after);
    }
  });

  it('of an earlier change leaves exactly what a later one touched', () => {
    let partly = 0;
    for (let seed = 1; seed <= 500; seed++) {
      const model = new Model();
      const told = story(model, random(seed));
      const which = random(seed + 10_000)(Math.max(1, told.length));
      const one = told[which];
      if (one === undefined) continue;
      const later = new Set(told.slice(which + 1).flatMap(({ touched }) => touched));
      const { plan, left } = model.takeBack(one.id, undo);
      const leftNames = left.map(({ ref: { name } }) => name).sort();
      expect(leftNames).toEqual(one.touched.filter((name) => later.has(name)).sort());
      expect(plan.results.map((result) => result.ref.name).sort()).toEqual(
        one.touched.filter((name) => !later.has(name)).sort(),
      );
      if (leftNames.length > 0 && plan.results.length > 0) partly++;
      model.commit(plan, undo);
    }
    expect(partly).toBeGreaterThan(20);
  });
});
