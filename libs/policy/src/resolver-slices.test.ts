import { resolverOf } from './index.js';
import { changed, randomChange, type Change } from './testing/changes.js';
import { unlike } from './testing/follower.js';
import { giftsOf } from './testing/give.js';
import { subjectsWithHost } from './testing/questions.js';
import { Random, randomWorld } from './testing/worlds.js';

/** A nightly run sets more: scripts/nightly. */
const CASES = Number(process.env['SLUICE_WORLDS'] ?? 600);
const VARIANTS = [{}, { staged: true }];

describe('resolution in slices', () => {
  it('is that of the moment when it ends, whatever changes meanwhile', async () => {
    let between = 0;
    for (let seed = 0; seed < CASES; seed++) {
      const r = new Random(13_000_000 + seed);
      let world = randomWorld(r);
      const resolver = resolverOf(world);
      const wanted = subjectsWithHost(world).flatMap((subject) =>
        VARIANTS.map((variant) => ({ subject, variant })),
      );
      let done = false;
      const forms = resolver.resolveAll(wanted, 0).finally(() => (done = true));
      for (let step = 0; step < 6 && !done; step++) {
        const changes: Change[] = [randomChange(r, world, 1000 + step)];
        const before = world;
        world = changed(world, changes);
        for (const { give } of giftsOf(before, world)) give(resolver);
        if (r.chance(0.2)) resolver.resolve(wanted[0]!.subject);
        for (let turns = r.int(1, 40); turns > 0 && !done; turns--)
          await new Promise<void>((resolve) => setImmediate(resolve));
        if (!done) between++;
      }
      const fresh = resolverOf(world);
      const found = await forms;
      // What was resolved before the last change says so.
      const late = resolver.affected();
      wanted.forEach(({ subject, variant }, i) => {
        const isLate = late.has(subject);
        const wrong = unlike(isLate ? resolver.resolve(subject, variant) : found[i]!, fresh.resolve(subject, variant)); // prettier-ignore
        if (wrong !== null) throw new Error(`seed ${seed}, class ${subject} ${JSON.stringify(variant)}: ${wrong}`);
      });
    }
    expect(between).toBeGreaterThan(CASES / 6);
  }, 120_000 + CASES * 100); // prettier-ignore

  it('lets the event loop turn, and does nothing for classes that are there', async () => {
    const world = randomWorld(new Random(1));
    const resolver = resolverOf(world);
    const wanted = subjectsWithHost(world).map((subject) => ({ subject }));
    let turns = 0;
    const count = () => {
      turns += 1;
      if (turns < 1e6) timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    const first = await resolver.resolveAll(wanted, 0);
    expect(turns).toBeGreaterThan(5);
    turns = 0;
    const again = await resolver.resolveAll(wanted, 0);
    clearImmediate(timer);
    expect(again).toEqual(first);
    again.forEach((form, i) => expect(form).toBe(first[i]));
  });

  it('follows no class that is forgotten meanwhile', async () => {
    const world = randomWorld(new Random(2));
    const resolver = resolverOf(world);
    const [subject] = subjectsWithHost(world);
    const forms = resolver.resolveAll([{ subject: subject! }], 0);
    resolver.forget(subject!);
    expect(unlike((await forms)[0]!, resolverOf(world).resolve(subject!))).toBeNull();
    expect(resolver.update(subject!)).toBeNull();
    resolver.affected();
    for (const identity of world.identities) resolver.deleteIdentity(identity.id);
    expect(resolver.affected().size).toBe(0);
  });
});
