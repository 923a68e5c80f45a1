import { inSlices } from './slices.js';

function* busy(ms: number, steps: number): Generator<void, string> {
  for (let i = 0; i < steps; i++) {
    const end = performance.now() + ms;
    while (performance.now() < end);
    yield;
  }
  return 'done';
}

describe('work in slices', () => {
  it('gives the result, and lets others run in between', async () => {
    let others = 0;
    const tick = () => {
      others += 1;
      timer = setImmediate(tick);
    };
    let timer = setImmediate(tick);
    expect(await inSlices(busy(2, 50))).toBe('done');
    clearImmediate(timer);
    expect(others).toBeGreaterThan(3);
  });

  it('ends where nobody waits any more', async () => {
    const controller = new AbortController();
    const steps = busy(1, 10_000);
    const work = inSlices(steps, controller.signal);
    controller.abort(new Error('gone'));
    await expect(work).rejects.toThrow('gone');
  });
});
