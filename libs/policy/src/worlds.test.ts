import {
  diff,
  evaluate,
  oracle,
  resolverOf,
  resolveWorld,
  type OracleQuestion,
  type World,
} from './index.js';
import { Random, randomQuestion, randomWorld, subjectsOf } from './testing/worlds.js';

const WORLDS = 2000;
const PACKETS = 30;

/** Every feature that the generator makes must decide verdicts, or agreement about it means nothing. */
const FEATURES = [
  'allow', 'deny', 'default-deny', 'default-allow', 'mode-never', 'enable-default-deny-false', 'any-peer', 'labels', 'expression',
  'cidr', 'cidr-set', 'cidr-except', 'any-port', 'port', 'port-range', 'port-any-protocol', 'port-zero', 'namespaced', 'cluster-wide',
  'entity-all', 'entity-world', 'entity-world-ipv4', 'entity-world-ipv6', 'entity-cluster', 'entity-host', 'entity-remote-node', 'entity-init',
]; // prettier-ignore

function show(world: World, question: OracleQuestion): string {
  return JSON.stringify({ question, world }, null, 1);
}

describe('random worlds', () => {
  it('the engine answers as the naive oracle, and names rules that decided', () => {
    const counts = new Map<string, number>();
    let asked = 0;
    let allowed = 0;
    for (let seed = 0; seed < WORLDS; seed++) {
      const r = new Random(seed);
      const world = randomWorld(r);
      const resolver = resolverOf(world);
      for (const subject of subjectsOf(world)) {
        const resolved = resolver.resolve(subject);
        for (let i = 0; i < PACKETS; i++) {
          const question = randomQuestion(r, world, subject);
          const expected = oracle(world, question);
          const answer = evaluate(resolved, question);
          if (answer.allowed !== expected.allowed) throw new Error(`seed ${seed}: ${show(world, question)}`);
          const { provenance } = answer;
          const named =
            provenance.type === 'rule'
              ? provenance.rules.map((o) => `${o.policy.kind}/${o.policy.scope}/${o.policy.name} ${o.rule}`)
              : [];
          const reason = provenance.type === 'rule' ? 'rule' : provenance.reason;
          if (reason !== expected.reason)
            throw new Error(`seed ${seed}: ${reason} for ${expected.reason} ${show(world, question)}`);
          if (named.some((n) => !expected.rules.includes(n)))
            throw new Error(
              `seed ${seed}: ${named.join()} for ${expected.rules.join()} ${show(world, question)}`,
            );
          asked++;
          if (answer.allowed) allowed++;
          for (const feature of expected.features) counts.set(feature, (counts.get(feature) ?? 0) + 1);
        }
      }
    }
    const share = (n: number) => `${((100 * n) / asked).toFixed(1)}%`;
    process.stdout.write(
      `${WORLDS} worlds, ${asked} packets, ${share(allowed)} allowed; decided by: ${FEATURES.map((f) => `${f} ${share(counts.get(f) ?? 0)}`).join(', ')}\n`,
    );
    expect(allowed / asked).toBeGreaterThan(0.2);
    expect(allowed / asked).toBeLessThan(0.8);
    expect(FEATURES.filter((f) => (counts.get(f) ?? 0) < asked / 250)).toEqual([]);
  }, 120_000);

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
