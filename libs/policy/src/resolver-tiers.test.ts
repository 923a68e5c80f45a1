import { diff, evaluate, type PolicyMapEntry, type ResolvedClass } from './index.js';
import { entryKey } from './engine/diff.js';
import { direct, type NormalWorld } from './engine/testing/direct.js';
import {
  normalSubjects,
  randomNodes,
  randomNormal,
  randomNormalWorld,
  randomPorts,
  randomQuery,
  randomServices,
  resolverOfNormal,
} from './engine/testing/normalworlds.js';
import type { Resolver } from './engine/resolver.js';
import { Random, randomIdentity } from './testing/worlds.js';

const WORLDS = 2000;
const PACKETS = 25;

function check(world: NormalWorld, resolved: ResolvedClass, r: Random, seed: number, staged: boolean) {
  const q = randomQuery(r, world);
  const expected = direct(world, resolved.identity, q, staged);
  const answer = evaluate(resolved, q);
  const { provenance } = answer;
  const reason = provenance.type === 'rule' ? 'rule' : provenance.reason;
  const named = provenance.type === 'rule' ? provenance.rules : [];
  const wrong =
    answer.allowed !== expected.allowed ||
    reason !== expected.reason ||
    named.some((o) => !expected.rules.includes(o));
  if (wrong)
    throw new Error(
      JSON.stringify({ seed, subject: resolved.identity, q, expected, answer, world }, null, 1),
    );
  return expected;
}

it('every tier, peer and port answers as the rules do one by one', () => {
  const reasons = new Map<string, number>();
  let asked = 0;
  for (let seed = 0; seed < WORLDS; seed++) {
    const r = new Random(7_000_000 + seed);
    const world = randomNormalWorld(r);
    const resolver = resolverOfNormal(world);
    for (const subject of normalSubjects(world))
      for (const staged of [false, true]) {
        const resolved = resolver.resolve(subject, { staged });
        for (let i = 0; i < PACKETS; i++) {
          const { reason, rules, allowed } = check(world, resolved, r, seed, staged);
          const tier = world.normal.find(
            (p) => p.ref === rules[0]?.policy || p.ref.name === rules[0]?.policy.name,
          )?.tier;
          const key = `${reason} ${tier ?? ''} ${allowed ? 'allowed' : 'denied'}`;
          reasons.set(key, (reasons.get(key) ?? 0) + 1);
          asked++;
        }
      }
  }
  process.stdout.write(
    `${[...reasons].map(([k, n]) => `${k} ${((100 * n) / asked).toFixed(1)}%`).join(', ')}\n`,
  );
  expect([...reasons.values()].every((n) => n > asked / 200)).toBe(true);
  expect(reasons.size).toBe(10);
}, 120_000);

/** One random change, given to the resolver and to the world alike. */
function change(r: Random, w: NormalWorld, resolver: Resolver): NormalWorld {
  const kind = r.int(0, 8);
  if (kind <= 1) {
    const policy = randomNormal(r, `p${r.int(0, 6)}`);
    resolver.setPolicy(policy);
    return { ...w, normal: [...w.normal.filter((p) => p.ref.name !== policy.ref.name), policy] };
  }
  if (kind === 2) {
    const gone = `p${r.int(0, 6)}`;
    resolver.deletePolicy({ kind: 'ClusterPolicy', scope: '_cluster', name: gone });
    return { ...w, normal: w.normal.filter((p) => p.ref.name !== gone) };
  }
  const id = 256 + r.int(0, 6);
  if (kind === 3) {
    const added = randomIdentity(r, id);
    resolver.upsertIdentity(added);
    return { ...w, identities: [...w.identities.filter((i) => i.id !== id), added] };
  }
  if (kind === 4) {
    const gone = r.pick(w.identities).id;
    resolver.deleteIdentity(gone);
    return { ...w, identities: w.identities.filter((i) => i.id !== gone) };
  }
  if (kind === 5) {
    const ports = r.chance(0.8) ? randomPorts(r) : null;
    resolver.setNamedPorts(id, ports);
    const namedPorts = new Map(w.namedPorts);
    if (ports) namedPorts.set(id, ports);
    else namedPorts.delete(id);
    return { ...w, namedPorts };
  }
  if (kind === 6) {
    const services = randomServices(r);
    resolver.setServices(services);
    return { ...w, services };
  }
  if (kind === 7) {
    const nodes = randomNodes(r);
    resolver.setNodes(nodes);
    return { ...w, nodes };
  }
  const [mode, allowLocalHost] = [r.pick(['always', 'default', 'never'] as const), r.chance(0.5)];
  resolver.setMode(mode);
  resolver.setAllowLocalHost(allowLocalHost);
  return { ...w, mode, allowLocalHost };
}

/** Applies row changes to entries that are held elsewhere, as a map in the kernel would. */
function applyRows(held: Map<string, PolicyMapEntry>, resolver: Resolver, subject: number): void {
  const rows = resolver.update(subject);
  if (!rows) {
    held.clear();
    for (const e of resolver.resolve(subject).entries) held.set(entryKey(e), e);
    return;
  }
  for (const { before, after } of rows) {
    for (const e of before) held.delete(entryKey(e));
    for (const e of after) held.set(entryKey(e), e);
  }
}

it('after any changes each class is as computed afresh, and only affected ones changed', () => {
  let unaffected = 0;
  for (let seed = 0; seed < 150; seed++) {
    const r = new Random(8_000_000 + seed);
    let world = randomNormalWorld(r);
    const resolver = resolverOfNormal(world);
    const subjects = normalSubjects(world);
    const held = new Map(
      subjects.map((s) => [s, new Map(resolver.resolve(s).entries.map((e) => [entryKey(e), e]))]),
    );
    const forms = new Map(subjects.map((s) => [s, resolver.resolve(s)]));
    resolver.affected();
    for (let step = 0; step < 12; step++) {
      world = change(r, world, resolver);
      const affected = resolver.affected();
      const fresh = resolverOfNormal(world);
      for (const subject of subjects) {
        const wanted = fresh.resolve(subject);
        const before = forms.get(subject)!;
        if (affected.has(subject)) {
          applyRows(held.get(subject)!, resolver, subject);
          forms.set(subject, resolver.resolve(subject));
        } else unaffected++;
        if (JSON.stringify(forms.get(subject)) !== JSON.stringify(wanted))
          throw new Error(
            JSON.stringify({ seed, step, subject, before, wanted, got: forms.get(subject) }, null, 1),
          );
        expect([...held.get(subject)!.keys()].sort()).toEqual(wanted.entries.map(entryKey).sort());
      }
    }
  }
  expect(unaffected).toBeGreaterThan(1000);
}, 120_000);

/** POLICY "Map form": what the compiler guarantees of keys of one peer that cover each other. */
it('a longer key of a peer stays only if it ranks higher than the shorter ones, or equal with another value', () => {
  let entries = 0;
  for (let seed = 0; seed < 300; seed++) {
    const r = new Random(9_000_000 + seed);
    const world = randomNormalWorld(r);
    const resolver = resolverOfNormal(world);
    for (const subject of normalSubjects(world)) {
      const resolved = resolver.resolve(subject);
      for (const e of resolved.entries) {
        entries++;
        const above = resolved.entries.filter(
          (o) =>
            o !== e &&
            o.identity === e.identity &&
            o.direction === e.direction &&
            (o.protocol === 0 ||
              (o.protocol === e.protocol &&
                o.portBits < e.portBits &&
                o.port >>> (16 - o.portBits) === e.port >>> (16 - o.portBits))),
        );
        for (const o of above) {
          expect(e.precedence).toBeGreaterThanOrEqual(o.precedence);
          if (e.precedence === o.precedence)
            expect([e.deny, e.provenance]).not.toEqual([o.deny, o.provenance]);
        }
      }
    }
  }
  expect(entries).toBeGreaterThan(10_000);
}, 120_000);

it('between two forms every packet has the old or the new verdict, or a swap is asked for', () => {
  let inPlace = 0;
  let swaps = 0;
  for (let seed = 0; seed < 400; seed++) {
    const r = new Random(10_000_000 + seed);
    const world = randomNormalWorld(r);
    const subject = 256;
    const before = resolverOfNormal(world).resolve(subject);
    const count = r.int(1, 6);
    const normal = [
      ...world.normal.slice(count),
      ...r.some(1, count, () => randomNormal(r, `n${r.int(0, 9)}`)),
    ];
    const next = { ...world, normal };
    const after = resolverOfNormal(next).resolve(subject);
    const delta = diff(before, after);
    if (delta.writes.length === 0) continue;
    if (delta.swap) swaps++;
    else inPlace++;
    const now = new Map(before.entries.map((e) => [entryKey(e), e]));
    const questions = Array.from({ length: 80 }, () => randomQuery(r, world));
    for (const { op, entry } of delta.writes) {
      if (op === 'put') now.set(entryKey(entry), entry);
      else now.delete(entryKey(entry));
      if (delta.swap) continue;
      const state = { ...after, entries: [...now.values()] };
      for (const q of questions) {
        const [a, b, c] = [before, state, after].map((s) => evaluate(s, q).allowed);
        if (b !== a && b !== c)
          throw new Error(`seed ${seed}: ${JSON.stringify(q)} ${JSON.stringify(entry)}`);
      }
    }
    expect([...now.keys()].sort()).toEqual(after.entries.map(entryKey).sort());
  }
  process.stdout.write(`${inPlace} in place, ${swaps} swaps\n`);
  expect(Math.min(inPlace, swaps)).toBeGreaterThan((inPlace + swaps) / 20);
}, 120_000);
