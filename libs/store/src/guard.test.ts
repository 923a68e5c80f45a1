import { advanceGuard, checkGuard, rewound, type ClusterValue, type GuardRecord } from './index.js';

const cluster = (over: Partial<ClusterValue> = {}): ClusterValue => ({ uuid: 'one', generation: 2, ...over });
const known = (over: Partial<GuardRecord> = {}): GuardRecord => ({ ...cluster(), revision: 100, ...over });
const why = (...args: Parameters<typeof checkGuard>): string => {
  const verdict = checkGuard(...args);
  return verdict === 'ok' ? 'ok' : verdict.frozen;
};

describe('the guard', () => {
  it('follows the store that it knows, one that it sees for the first time, and one that was accepted', () => {
    expect(why(known(), cluster(), 100)).toBe('ok');
    expect(why(null, cluster(), 1)).toBe('ok');
    expect(why(known(), cluster({ generation: 3 }), 5)).toBe('ok');
    expect(why(rewound(known()), cluster({ generation: 3 }), 5)).toBe('ok');
  });

  it('freezes for an empty store, another one, an older generation and an older revision', () => {
    expect(why(known(), null, 500)).toContain('it is empty');
    expect(why(null, null, 1)).toContain('it is empty');
    expect(why(known(), cluster({ uuid: 'two', generation: 9 }), 500)).toContain('another store');
    expect(why(known(), cluster({ generation: 1 }), 500)).toContain('generation is 1');
    expect(why(known(), cluster(), 99)).toContain('it was rewound');
    for (const revision of [1, 99])
      expect(why(known(), cluster(), revision)).toContain('sluice store accept');
  });

  it('stays frozen when a store that was set back has caught up', () => {
    const verdict = checkGuard(known(), cluster(), 99);
    expect(verdict).toMatchObject({ rewound: true });
    const seen = rewound(known());
    expect(why(seen, cluster(), 100)).toContain('another way');
    expect(why(seen, cluster(), 5_000)).toContain('another way');
    expect(advanceGuard(seen, cluster(), 5_000)).toMatchObject({ rewound: true });
    expect(advanceGuard(seen, cluster({ generation: 3 }), 7)).toEqual({
      uuid: 'one',
      generation: 3,
      revision: 7,
    });
  });

  it('follows a store by its other name once an administrator has said that it is the same', () => {
    const renamed = cluster({ uuid: 'two', generation: 3, formerly: ['one'] });
    expect(why(known(), renamed, 5)).toBe('ok');
    expect(why(known({ uuid: 'two', generation: 1 }), renamed, 5)).toBe('ok');
    expect(why(known({ uuid: 'three' }), renamed, 500)).toContain('another store');
    expect(why(known({ generation: 3 }), renamed, 500)).toContain('another store');
  });

  it('never goes back within a generation', () => {
    expect(advanceGuard(known(), cluster(), 50)).toEqual(known());
    expect(advanceGuard(known(), cluster(), 150)).toEqual(known({ revision: 150 }));
  });
});
