import type { Clock } from './clock.js';
import { Deadlines } from './deadlines.js';

/** A clock that stands still until it is moved. */
function handClock() {
  let now = 1_000_000;
  const timers = new Set<{ at: number; run: () => void }>();
  const clock: Clock = {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  const move = async (ms: number) => {
    const end = now + ms;
    for (;;) {
      const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      timers.delete(next);
      now = next.at;
      next.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    now = end;
  };
  return { clock, move, timers };
}

describe('Deadlines', () => {
  const start = () => {
    const { clock, move, timers } = handClock();
    const done: string[] = [];
    const deadlines = new Deadlines<string>(
      clock,
      async (item) => void done.push(item),
      () => undefined,
    );
    return { clock, move, timers, done, deadlines };
  };

  it('runs each once when its time has come, never before', async () => {
    const { clock, move, done, deadlines } = start();
    deadlines.set('late', clock.now() + 5_000, 'late');
    deadlines.set('soon', clock.now() + 1_000, 'soon');
    await move(999);
    expect(done).toEqual([]);
    await move(1);
    expect(done).toEqual(['soon']);
    await move(10_000);
    expect(done).toEqual(['soon', 'late']);
  });

  it('runs at once what is over, and waits for a time that is further than any timer', async () => {
    const { clock, move, done, deadlines } = start();
    deadlines.set('over', clock.now() - 1, 'over');
    deadlines.set('far', clock.now() + 40 * 24 * 3_600_000, 'far');
    await move(0);
    expect(done).toEqual(['over']);
    await move(40 * 24 * 3_600_000);
    expect(done).toEqual(['over', 'far']);
  });

  it('waits for the new time of a key that is set anew, and forgets', async () => {
    const { clock, move, done, deadlines } = start();
    deadlines.set('a', clock.now() + 1_000, 'old');
    deadlines.set('a', clock.now() + 2_000, 'new');
    deadlines.set('b', clock.now() + 1_000, 'b');
    deadlines.forget('b');
    await move(1_500);
    expect(done).toEqual([]);
    await move(1_000);
    expect(done).toEqual(['new']);
  });

  it('leaves no timer behind', () => {
    const { clock, timers, deadlines } = start();
    deadlines.set('a', clock.now() + 1_000, 'a');
    deadlines[Symbol.dispose]();
    deadlines.set('b', clock.now() + 1_000, 'b');
    expect(timers.size).toBe(0);
  });
});
