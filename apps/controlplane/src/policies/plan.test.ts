import type { Entry, PolicyValue } from '@sluice/store';
import { changedMeanwhile, foreign, keyOf, planApply, planDelete, resultsOf, unmet } from './plan.js';
import type { Change, Wanted } from './plan.js';

const ref = (name: string) => ({ kind: 'Policy', scope: 'shop', name });
const wanted = (name: string, spec: unknown = {}, index = 0): Wanted => ({
  ref: ref(name),
  document: { kind: 'Policy', spec },
  index,
});
const change: Change = { id: 'c2', author: 'olga', time: '2026-11-23T10:00:00Z', newUid: () => 'new' };
const value = (over: Partial<PolicyValue> = {}): PolicyValue => ({
  uid: 'u1',
  document: { spec: {}, kind: 'Policy' },
  author: 'otto',
  time: '2026-11-22T10:00:00Z',
  change: 'c1',
  owner: 'api',
  ...over,
});
const entry = (name: string, over: Partial<PolicyValue> = {}): [string, Entry<PolicyValue>] => [
  keyOf(ref(name)),
  { key: keyOf(ref(name)), value: value(over), createRevision: 3, modRevision: 7 },
];

describe('planApply', () => {
  it('creates only where nothing is', () => {
    const plan = planApply([wanted('web')], new Map(), change);
    expect(plan.conditions).toEqual([{ key: 'shared/policies/Policy/shop/web', absent: true }]);
    expect(plan.ops).toEqual([
      {
        put: 'shared/policies/Policy/shop/web',
        value: expect.objectContaining({ uid: 'new', author: 'olga', change: 'c2', owner: 'api' }),
      },
    ]);
    expect(resultsOf(plan, 9)).toEqual([{ policy: ref('web'), action: 'created', revision: 9 }]);
  });
  it('keeps the uid and writes history with the change, on the condition that nobody else changed it', () => {
    const plan = planApply([wanted('web', { a: 1 })], new Map([entry('web')]), change);
    expect(plan.conditions).toEqual([{ key: 'shared/policies/Policy/shop/web', modRevision: 7 }]);
    expect(plan.ops[0]).toEqual({
      put: 'history/Policy/shop/web/0000000000000000007',
      value: { action: 'apply', previous: value(), author: 'olga', time: change.time, change: 'c2' },
    });
    expect(plan.ops[1]).toMatchObject({ value: { uid: 'u1', author: 'olga' } });
  });
  it('writes nothing for the same document, whatever the order of its fields', () => {
    const plan = planApply([wanted('web')], new Map([entry('web')]), change);
    expect(plan.ops).toEqual([]);
    expect(resultsOf(plan, 9)).toEqual([{ policy: ref('web'), action: 'unchanged', revision: 7 }]);
  });
});

describe('planDelete', () => {
  it('leaves the last form in history', () => {
    const plan = planDelete([ref('web')], new Map([entry('web')]), change);
    expect(plan.ops).toEqual([
      {
        put: 'history/Policy/shop/web/0000000000000000007',
        value: expect.objectContaining({ action: 'delete', previous: value() }),
      },
      { delete: 'shared/policies/Policy/shop/web' },
    ]);
  });
});

describe('refusals', () => {
  it('leave alone what a mirror or a directory owns', () => {
    const present = new Map([entry('web', { owner: 'mirror' }), entry('db')]);
    expect(foreign([ref('web'), ref('db'), ref('new')], present)).toEqual([
      expect.objectContaining({ message: 'Policy shop/web belongs to the mirror' }),
    ]);
  });
  it.each([
    [7, 0],
    [6, 1],
    [0, 1],
  ])('expectation %i of a policy at 7 gives %i problems', (revision, count) => {
    expect(unmet([{ policy: ref('web'), revision }], new Map([entry('web')]))).toHaveLength(count);
  });
  it('0 expects absence', () => {
    expect(unmet([{ policy: ref('web'), revision: 0 }], new Map())).toEqual([]);
    expect(unmet([{ policy: ref('web'), revision: 3 }], new Map())[0]?.message).toBe(
      'Policy shop/web does not exist, not at 3',
    );
  });
  it('name who changed the policy, and when', () => {
    const [problem] = unmet([{ policy: ref('web'), revision: 6 }], new Map([entry('web')]));
    expect(problem?.message).toBe('Policy shop/web is at revision 7 (otto, 2026-11-22T10:00:00Z), not at 6');
  });
  it('name who won a race', () => {
    const names = ['web', 'db', 'made', 'same'].map(ref);
    const before = new Map([entry('web'), entry('db'), entry('same')]);
    const plan = planApply(
      names.map(({ name }, index) => wanted(name, { x: 1 }, index)),
      before,
      change,
    );
    const [key, web] = entry('web', { author: 'oskar' });
    const now = new Map([
      [key, { ...web, modRevision: 8 }] as const,
      entry('made', { author: 'paul' }),
      entry('same'),
    ]);
    expect(changedMeanwhile(plan, names, now).map(({ message }) => message)).toEqual([
      'Policy shop/web was changed by oskar, 2026-11-22T10:00:00Z',
      'Policy shop/db was deleted',
      'Policy shop/made was changed by paul, 2026-11-22T10:00:00Z',
    ]);
  });
});
