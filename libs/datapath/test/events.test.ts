import { jest } from '@jest/globals';
import type { BpfMap, Native, RingBatch } from '@sluice/native';
import { EventReader } from '../src/events.js';

const EMPTY: RingBatch = { data: Buffer.alloc(0), count: 0, more: false };

/** A ring whose readiness the test decides. */
function fakeRing(batches: RingBatch[]) {
  const state = { callback: null as (() => void) | null, drained: 0, disposed: false };
  const ring = {
    drain: () => {
      state.drained += 1;
      return batches.shift() ?? EMPTY;
    },
    onReadable: (callback: (() => void) | null) => {
      state.callback = callback;
    },
    [Symbol.dispose]: () => {
      state.disposed = true;
    },
  };
  const native = { openRingBuffer: () => ring } as unknown as Native;
  return { state, reader: new EventReader(native, {} as BpfMap, () => undefined) };
}

describe('the reader of events', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('reads at once what comes after a rest, then rests: the kernel wakes it once, not for each record', () => {
    const { state } = fakeRing([]);
    state.callback?.();
    expect(state.drained).toBe(1);
    expect(state.callback).toBeNull();
    jest.advanceTimersByTime(19);
    expect(state.callback).toBeNull();
    jest.advanceTimersByTime(1);
    expect(state.callback).not.toBeNull();
  });

  it('does not rest before it has read everything, and lets other work go between', () => {
    const { state } = fakeRing([
      { ...EMPTY, more: true },
      { ...EMPTY, more: true },
    ]);
    state.callback?.();
    expect(state.drained).toBe(1);
    jest.runOnlyPendingTimers();
    expect(state.drained).toBe(2);
    jest.runOnlyPendingTimers();
    expect(state.drained).toBe(3);
    expect(state.callback).toBeNull();
    jest.advanceTimersByTime(20);
    expect(state.callback).not.toBeNull();
  });

  it('is closed for good in the middle of a rest and in the middle of a long read', () => {
    for (const more of [false, true]) {
      const { state, reader } = fakeRing([{ ...EMPTY, more }]);
      state.callback?.();
      reader[Symbol.dispose]();
      jest.advanceTimersByTime(100);
      expect(state).toMatchObject({ disposed: true, drained: 1, callback: null });
    }
  });
});
