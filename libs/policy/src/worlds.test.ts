import { diff, evaluate, resolveWorld, type World } from './index.js';
import { compareSeed } from './testing/compare.js';
import { decisionsOf } from './testing/features.js';
import { Tally } from './testing/tally.js';
import { ENGINE_FEATURES, Random, randomQuestion, randomWorld } from './testing/worlds.js';

/** A nightly run sets more worlds and another first seed: scripts/nightly. */
const WORLDS = Number(process.env['SLUICE_WORLDS'] ?? 2000);
const SEED = Number(process.env['SLUICE_SEED'] ?? 0);
const PACKETS = 20;

describe('random worlds', () => {
  it(
    'the engine answers as the naive oracle, and names rules that decided',
    () => {
      const tally = new Tally();
      for (let i = 0; i < WORLDS; i++) compareSeed(SEED + i, ENGINE_FEATURES, PACKETS, tally);
      const features = decisionsOf(ENGINE_FEATURES);
      process.stdout.write(`${WORLDS} worlds from seed ${SEED}, ${tally.report(features)}\n`);
      if (WORLDS < 2000) return; // a repeated seed
      expect(tally.allowed / tally.asked).toBeGreaterThan(0.2);
      expect(tally.allowed / tally.asked).toBeLessThan(0.8);
      expect(features.filter((f) => tally.share(f) < 0.01)).toEqual([]);
    },
    120_000 + WORLDS * 100,
  );

  it('between two forms of a class every packet has the one or the other verdict, or a swap is asked for', () => {
    let inPlace = 0;
    let swaps = 0;
    for (let seed = 0; seed < 300; seed++) {
      const r = new Random(1_000_000 + seed);
      const world = randomWorld(r);
      const other = randomWorld(r);
      const subject = 256;
      const before = resolveWorld(world, subject);
      // The new world has the old identities: numbers do not change their labels under a map.
      const next: World = { ...world, policies: r.chance(0.5) ? other.policies : [...world.policies.slice(1), ...other.policies.slice(0, 1)], mode: r.chance(0.2) ? other.mode : world.mode }; // prettier-ignore
      const after = resolveWorld(next, subject);
      const delta = diff(before, after);
      if (delta.swap) swaps++;
      else inPlace++;
      const questions = Array.from({ length: 60 }, () => randomQuestion(r, world, subject));
      const key = (e: {
        direction: string;
        identity: number;
        protocol: number;
        port: number;
        portBits: number;
      }) => `${e.direction}/${e.identity}/${e.protocol}/${e.port}/${e.portBits}`;
      const now = new Map(before.entries.map((e) => [key(e), e]));
      for (const { op, entry } of delta.writes) {
        if (op === 'put') now.set(key(entry), entry);
        else now.delete(key(entry));
        if (delta.swap) continue;
        const state = { ...after, entries: [...now.values()] };
        for (const q of questions) {
          const [a, b, c] = [before, state, after].map((s) => evaluate(s, q).allowed);
          if (b !== a && b !== c)
            throw new Error(`seed ${seed}: ${JSON.stringify(q)} ${JSON.stringify(entry)}`);
        }
      }
      const sorted = (entries: Iterable<unknown>) => [...entries].map((e) => JSON.stringify(e)).sort();
      expect(sorted(now.values())).toEqual(sorted(after.entries));
    }
    process.stdout.write(`${inPlace} in place, ${swaps} swaps\n`);
    expect(inPlace).toBeGreaterThan(swaps);
  }, 120_000);
});
