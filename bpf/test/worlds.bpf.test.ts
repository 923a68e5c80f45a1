import type { ClassForm } from '@sluice/datapath';
import { IDENTITY } from '@sluice/labels';
import {
  evaluate,
  oracle,
  resolverOf,
  type OracleQuestion,
  type PolicyMapEntry,
  type ResolvedClass,
} from '@sluice/policy';
import {
  Random,
  randomQuestion,
  randomWorld,
  subjectsOf,
  WORLD_FEATURES,
} from '@sluice/policy/testing/worlds';
import { changed } from '@sluice/policy/testing/changes';
import { Follower, type Moved } from '@sluice/policy/testing/follower';
import { giftsOf } from '@sluice/policy/testing/give';
import { sequenceOf } from '@sluice/policy/testing/sequences';
import { HOST_MARK, PEER, ProgramBench } from './bench.js';

const WORLDS = 2_000;
const PACKETS = 8;
const SEQUENCES = 400;

/** Cookies do not matter here, only that there is one. */
function entryOf({ provenance: _, ...entry }: PolicyMapEntry) {
  return { ...entry, cookie: 1, ruleSet: 0, auth: 0 };
}

function formOf(resolved: ResolvedClass): ClassForm {
  return { entries: resolved.entries.map(entryOf), defaultCookies: [1, 1] };
}

const ECHO = {
  4: { protocol: 1, request: 8, reply: 0 },
  6: { protocol: 58, request: 128, reply: 129 },
} as const;

/**
 * ICMP of the one family does not travel in the other, and of its types the policy is asked about echoes only here: an error
 * passes with the connection that it tells about, whatever the policy says of its type.
 */
function possible(question: OracleQuestion): OracleQuestion {
  const { protocol, family, port } = question;
  if (protocol !== 1 && protocol !== 58) return question;
  const echo = ECHO[family];
  const type = port >> 8 === 0 || port >> 8 === 129 ? echo.reply : echo.request;
  return { ...question, protocol: echo.protocol, port: type << 8 };
}

/** What the programs say: the peer has one address of each family, whose identity is the peer's. */
function ask(bench: ProgramBench, { peer, family, direction, protocol, port }: OracleQuestion): boolean {
  const where = { identity: peer, flags: 0, tunnel: null, encryptKey: 0 };
  bench.datapath.ipcache.set(`${PEER[family]}/${family === 4 ? 32 : 128}`, where);
  const spec = { family, protocol, port, sourcePort: bench.freshPort() };
  if (direction === 'egress') return bench.sends(spec);
  return bench.receives(spec, peer === IDENTITY.HOST ? HOST_MARK : 0);
}

describe('random worlds in the kernel', () => {
  it('the programs answer as the naive oracle and as the engine', () => {
    using bench = new ProgramBench();
    let asked = 0;
    let allowed = 0;
    for (let seed = 0; seed < WORLDS; seed += 1) {
      const r = new Random(seed);
      const world = randomWorld(r, WORLD_FEATURES);
      const resolver = resolverOf(world);
      for (const subject of subjectsOf(world)) {
        let resolved = resolver.resolve(subject);
        bench.datapath.policy.put({ policyClass: subject, form: formOf(resolved) });
        bench.become(subject);
        for (let i = 0; i < PACKETS; i += 1) {
          const question = possible(randomQuestion(r, world, subject));
          if (question.ports) {
            // Workloads of this identity differ in their named ports: this one is of another class than the last.
            resolved = resolver.resolve(subject, { ports: question.ports });
            bench.datapath.policy.put({ policyClass: subject, form: formOf(resolved) });
          }
          const expected = oracle(world, question).allowed;
          // An address that nobody has is reached by no policy (DROP_UNKNOWN_DEST); it may send where `all` may.
          const unreachable = question.direction === 'egress' && question.peer === IDENTITY.UNKNOWN;
          const engine = evaluate(resolved, question).allowed;
          const kernel = ask(bench, question);
          if (engine !== expected || kernel !== (expected && !unreachable))
            throw new Error(JSON.stringify({ seed, question, expected, engine, kernel, world }, null, 1));
          asked += 1;
          if (kernel) allowed += 1;
        }
      }
    }
    process.stdout.write(
      `${WORLDS} worlds, ${asked} packets, ${((100 * allowed) / asked).toFixed(1)}% allowed\n`,
    );
    expect(allowed / asked).toBeGreaterThan(0.2);
    expect(allowed / asked).toBeLessThan(0.8);
  }, 300_000);

  /** As the agent does it: in place where the writes are safe one by one, else a new map that takes the place of the old one. */
  function write(bench: ProgramBench, { delta }: Moved, follower: Follower, replace: boolean): void {
    const form = formOf(follower.form);
    if (replace) bench.datapath.policy.put({ policyClass: follower.subject, form });
    else
      bench.datapath.policy.change({
        policyClass: follower.subject,
        writes: delta.writes.map(({ op, entry }) => ({ op, entry: entryOf(entry) })),
        defaultCookies: form.defaultCookies,
        inPlace: true,
        staged: null,
      });
  }

  const shown = (entries: readonly object[]) => entries.map((e) => JSON.stringify(e, Object.keys(e).sort())).sort(); // prettier-ignore

  it('a map that is changed in place or replaced holds the new form and answers as the naive oracle', () => {
    using bench = new ProgramBench();
    const ways = { rows: 0, whole: 0, swap: 0 };
    for (let seed = 0; seed < SEQUENCES; seed += 1) {
      const { world: first, steps } = sequenceOf(seed);
      const r = new Random(seed);
      const resolver = resolverOf(first);
      const { policy } = bench.datapath;
      const followers = subjectsOf(first).map((subject) => new Follower(resolver, subject));
      for (const { subject, form } of followers) policy.put({ policyClass: subject, form: formOf(form) });
      let world = first;
      for (const step of steps) {
        const before = world;
        world = changed(world, step);
        for (const { give } of giftsOf(before, world)) give(resolver);
        const affected = resolver.affected();
        for (const follower of followers) {
          const { subject } = follower;
          if (!affected.has(subject)) continue;
          const [slot, was] = [policy.state(subject)!.slot, shown(policy.entries(subject))];
          const moved = follower.move();
          // Where `update` gave null a new map is always right, too.
          const replace = moved.delta.swap || (moved.way === 'whole' && seed % 2 === 0);
          write(bench, moved, follower, replace);
          const held = shown(policy.entries(subject));
          expect(held).toEqual(shown(formOf(follower.form).entries));
          if (JSON.stringify(held) === JSON.stringify(was)) continue; // at most cookies
          ways[moved.way] += 1;
          expect(policy.state(subject)!.slot === slot).toBe(!replace);
          bench.become(subject);
          const question = possible(randomQuestion(r, world, subject));
          // Such packets have classes of their own, and no address is unknown to the kernel.
          if (question.ports || question.peer === IDENTITY.UNKNOWN) continue;
          expect(ask(bench, question)).toBe(oracle(world, question).allowed);
        }
      }
      for (const { subject } of followers) policy.remove(subject);
      policy.maintain();
    }
    process.stdout.write(`${ways.rows} by rows, ${ways.whole} as a whole in place, ${ways.swap} replaced\n`);
    expect(Math.min(ways.rows, ways.whole, ways.swap)).toBeGreaterThan(5);
  }, 300_000);
});
