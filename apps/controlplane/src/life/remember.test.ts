import { keys } from '@sluice/store';
import type { Change, Plan } from '../policies/plan.js';
import { remembered, roomFor } from './remember.js';
import { planTakeBack } from './take-back.js';
import { planApply, keyOf } from '../policies/plan.js';

const ref = (name: string) => ({ kind: 'Policy', scope: 'shop', name });
const change: Change = {
  id: 'c-1',
  author: 'o'.repeat(64),
  time: '2026-11-23T10:00:00.000Z',
  newUid: () => 'u'.repeat(36),
};
const until = '2026-11-23T10:01:00.000Z';

describe('remembered', () => {
  const wanted = ['a', 'b'].map((name, index) => ({ ref: ref(name), document: { name }, index }));
  const plan = planApply(wanted, new Map(), change);

  it('writes what was changed in the same transaction, and until when it waits', () => {
    const ops = remembered(plan, { ...change, confirmUntil: until }).ops.slice(plan.ops.length);
    expect(ops).toEqual([
      {
        put: keys.change('c-1'),
        value: {
          author: change.author,
          time: change.time,
          policies: ['a', 'b'].map((name) => ({ ...ref(name), before: 0, deleted: false })),
        },
      },
      { put: keys.lastChange(), value: { change: 'c-1' } },
      { put: keys.pending('c-1'), value: { author: change.author, deadline: until } },
    ]);
    expect(remembered(plan, change).ops).toHaveLength(plan.ops.length + 2);
  });

  it('writes nothing for a plan that changes nothing', () => {
    const none: Plan = { results: [], conditions: [], ops: [] };
    expect(remembered(none, { ...change, confirmUntil: until })).toBe(none);
  });

  it('leaves room for the way back of what has to be confirmed', () => {
    const forth = remembered(plan, { ...change, confirmUntil: until });
    const changed = { key: keys.change('c-1'), createRevision: 9, modRevision: 9 };
    const value = (forth.ops.at(-3) as { value: never }).value;
    const present = new Map(
      plan.ops.map((op) => {
        const { put: key, value } = op as { put: string; value: never };
        return [key, { key, value, createRevision: 9, modRevision: 9 }];
      }),
    );
    expect([...present.keys()]).toEqual(wanted.map((one) => keyOf(one.ref)));
    const { plan: back } = planTakeBack({ ...changed, value }, new Map(), present, change);
    // The way back also ends the wait, and is a change of its own.
    const ops = back.ops.length + 4;
    const bytes = JSON.stringify(back.ops).length + 2 * JSON.stringify(value).length + 256;
    const room = roomFor(forth, { ...change, confirmUntil: until });
    expect(ops).toBeLessThanOrEqual(forth.ops.length + room.ops);
    expect(bytes).toBeLessThanOrEqual(JSON.stringify(forth.ops).length + room.bytes);
    expect(roomFor(forth, change)).toEqual({ ops: 0, bytes: 0 });
  });
});
