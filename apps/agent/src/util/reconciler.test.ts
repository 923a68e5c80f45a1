import { backoffMs, Reconciler } from './reconciler.js';

/** A world that can be told to fail, and remembers what was written. */
class FakeWorld {
  readonly written: [string, string | null][] = [];
  readonly content = new Map<string, string>();
  failures = 0;
  gate: Promise<void> = Promise.resolve();

  readonly apply = async (key: string, value: string | null): Promise<void> => {
    await this.gate;
    if (this.failures > 0) {
      this.failures--;
      throw new Error('away');
    }
    this.written.push([key, value]);
    if (value === null) this.content.delete(key);
    else this.content.set(key, value);
  };
}

describe('Reconciler', () => {
  it('writes a wish once, and an equal wish not at all', async () => {
    const world = new FakeWorld();
    using items = new Reconciler<string>({ apply: world.apply });
    items.set('a', '1');
    items.set('a', '1');
    await items.settled();
    items.set('a', '1');
    await items.settled();
    expect(world.written).toEqual([['a', '1']]);
  });

  it('tries again after failures, and says so meanwhile', async () => {
    const world = new FakeWorld();
    world.failures = 2;
    const errors: string[] = [];
    using items = new Reconciler<string>({
      apply: world.apply,
      onError: (key) => errors.push(key),
      random: () => 0,
    });
    items.set('a', '1');
    await items.settled();
    expect(errors).toEqual(['a', 'a']);
    expect(items.status().get('a')).toEqual({ state: 'ok', error: null, failures: 0 });
  });

  it('lets the newest wish win over those that wait', async () => {
    const world = new FakeWorld();
    let open = (): void => undefined;
    world.gate = new Promise((resolve) => (open = resolve));
    using items = new Reconciler<string>({ apply: world.apply });
    for (const value of ['1', '2', '3']) items.set('a', value);
    expect(items.status().get('a')?.state).toBe('pending');
    open();
    await items.settled();
    expect(world.written).toEqual([
      ['a', '1'],
      ['a', '3'],
    ]);
  });

  it('removes, forgets what is removed, and prunes what nobody wishes', async () => {
    const world = new FakeWorld();
    using items = new Reconciler<string>({ apply: world.apply });
    items.set('a', '1');
    items.set('b', '1');
    await items.settled();
    items.set('a', null);
    items.prune(['b', 'c']);
    await items.settled();
    expect([...world.content.keys()]).toEqual(['b']);
    expect(world.written).toContainEqual(['c', null]);
    expect([...items.status().keys()]).toEqual(['b']);
  });

  it('writes again what was seen to differ', async () => {
    const world = new FakeWorld();
    using items = new Reconciler<string>({ apply: world.apply });
    items.set('a', '1');
    await items.settled();
    items.again('a');
    await items.settled();
    expect(world.written).toHaveLength(2);
  });
});

describe('backoffMs', () => {
  it('doubles, is jittered by half, and bounded', () => {
    expect([1, 2, 3].map((n) => backoffMs(n, () => 1))).toEqual([100, 200, 400]);
    expect(backoffMs(1, () => 0)).toBe(50);
    expect(backoffMs(1000, () => 1)).toBe(10_000);
  });
});
