import type { ChangedPolicy, ChangeValue, Entry, HistoryValue, PolicyValue } from '@sluice/store';
import { keys } from '@sluice/store';
import { keyOf, type Change } from '../policies/plan.js';
import { keptOf, planTakeBack, type Kept } from './take-back.js';

const R = 20;
const ref = (name: string) => ({ kind: 'Policy', scope: 'shop', name });
const value = (text: string, more: Partial<PolicyValue> = {}): PolicyValue => ({
  uid: 'u',
  document: text,
  author: 'olga',
  time: '2026-11-23T09:00:00Z',
  change: 'c-0',
  owner: 'api',
  ...more,
});
const live = (name: string, modRevision: number, author = 'olga'): Entry<PolicyValue> => ({
  key: keyOf(ref(name)),
  value: value('now', { author }),
  createRevision: 1,
  modRevision,
});
const changed = (...policies: (Partial<ChangedPolicy> & { name: string })[]): Entry<ChangeValue> => ({
  key: keys.change('c-1'),
  value: {
    author: 'olga',
    time: '2026-11-23T09:00:00Z',
    policies: policies.map((one) => ({ ...ref(one.name), before: 0, deleted: false, ...one })),
  },
  createRevision: R,
  modRevision: R,
});
const back: Change = { id: 'c-2', author: 'oskar', time: '2026-11-23T10:00:00Z', newUid: () => 'new' };
const present = (...entries: Entry<PolicyValue>[]) => new Map(entries.map((entry) => [entry.key, entry]));
const kept = (name: string, previous: PolicyValue | null, later = false): [string, Kept] => [
  keyOf(ref(name)),
  { previous, later },
];
const actions = ({ plan }: ReturnType<typeof planTakeBack>) =>
  plan.results.map(({ ref: { name }, action }) => `${action} ${name}`);

describe('planTakeBack', () => {
  const all = changed(
    { name: 'made' },
    { name: 'replaced', before: 10 },
    { name: 'gone', before: 11, deleted: true },
  );
  const forms = new Map([kept('replaced', value('old')), kept('gone', value('lost'))]);

  it('deletes what was made, restores what was replaced or deleted, keeping what it ends in history', () => {
    const result = planTakeBack(all, forms, present(live('made', R), live('replaced', R)), back);
    expect(actions(result)).toEqual(['deleted made', 'configured replaced', 'created gone']);
    expect(result.left).toEqual([]);
    expect(result.plan.conditions).toEqual([
      { key: keyOf(ref('made')), modRevision: R },
      { key: keyOf(ref('replaced')), modRevision: R },
      { key: keyOf(ref('gone')), absent: true },
    ]);
    const written = result.plan.ops.flatMap((op) => ('put' in op ? [[op.put, op.value as object]] : []));
    expect(Object.fromEntries(written)).toMatchObject({
      [keyOf(ref('replaced'))]: { document: 'old', author: 'oskar', change: 'c-2', uid: 'u' },
      [keyOf(ref('gone'))]: { document: 'lost', author: 'oskar' },
      [keys.history('Policy', 'shop', 'made', R)]: { action: 'delete', change: 'c-2' },
      [keys.history('Policy', 'shop', 'replaced', R)]: { action: 'apply' },
    });
  });

  it('leaves what anybody changed since, telling who', () => {
    const there = present(live('made', R + 1, 'oskar'), live('gone', R + 2, 'paul'));
    const result = planTakeBack(all, forms, there, back);
    expect(result.plan.ops).toEqual([]);
    expect(result.left.map(({ why }) => why)).toEqual([
      'Policy shop/made was changed by oskar, 2026-11-23T09:00:00Z',
      'Policy shop/replaced was changed and deleted since',
      'Policy shop/gone was changed by paul, 2026-11-23T09:00:00Z',
    ]);
  });

  it('leaves what was there again in between, and what has no form to go back to', () => {
    const odd = new Map([kept('replaced', null), kept('gone', value('lost'), true)]);
    const result = planTakeBack(all, odd, present(live('made', R), live('replaced', R)), back);
    expect(actions(result)).toEqual(['deleted made']);
    expect(result.left).toHaveLength(2);
  });

  it('gives a policy back to its owner, or to the API where the change detaches', () => {
    const one = changed({ name: 'taken', before: 10 });
    const of = new Map([kept('taken', value('old', { owner: 'directory' }))]);
    const owner = (change: Change) =>
      planTakeBack(one, of, present(live('taken', R)), change).plan.ops.find(
        (op) => 'put' in op && op.put === keyOf(ref('taken')),
      );
    expect(owner(back)).toMatchObject({ value: { owner: 'directory' } });
    expect(owner({ ...back, detach: true })).toMatchObject({ value: { owner: 'api' } });
  });
});

describe('keptOf', () => {
  const entry = (revision: number): Entry<HistoryValue> => ({
    key: keys.history('Policy', 'shop', 'a', revision),
    value: { action: 'apply', previous: value(`at ${revision}`), author: 'x', time: '' },
    createRevision: revision + 1,
    modRevision: revision + 1,
  });
  const one: ChangedPolicy = { ...ref('a'), before: 10, deleted: true };
  it('is the form before, and whether there was one after', () => {
    expect(keptOf(one, [entry(5), entry(10)], R)).toMatchObject({
      previous: { document: 'at 10' },
      later: false,
    });
    expect(keptOf(one, [entry(10), entry(25)], R)).toMatchObject({ later: true });
    expect(keptOf(one, [entry(5)], R)).toEqual({ previous: null, later: false });
    expect(keptOf({ ...one, before: 0 }, [entry(5)], R).previous).toBeNull();
  });
});
