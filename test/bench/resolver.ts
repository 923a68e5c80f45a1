import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  evaluate,
  oracleOf,
  packEntries,
  type Provenance,
  Resolver,
  type ResolvedClass,
  type StoredPolicy,
  tableOf,
  type World,
  type Direction,
  type IdentityInput,
} from '@sluice/policy';
import type { Options } from './datapath.ts';
import type { Report, Row } from './report.ts';
import * as work from './resolver-workload.ts';
import { median, met } from './stats.ts';

/** What the calibration loop takes on the kind of machine on which the other engine's figures were taken: the least seen. */
const CALIBRATION_MS = 11;
/** "Not slower": within a quarter, after scaling (POLICY, "Proof"). */
const TOLERANCE = 1.25;

/** Fixed work of the kind that an engine does: hashing numbers and reading memory. Milliseconds. */
function calibrate(): number {
  const started = performance.now();
  const map = new Map<number, number>();
  let x = 1;
  for (let i = 0; i < 300_000; i += 1) {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    map.set(x & 0xffff, (map.get(x & 0xffff) ?? 0) + i);
  }
  if (map.size === 0) throw new Error('unreachable');
  return performance.now() - started;
}

/** A number for each provenance, as the agent's journal gives them. */
function cookies(): (provenance: Provenance) => number {
  const known = new Map<Provenance, number>();
  return (provenance) => {
    let number = known.get(provenance);
    if (number === undefined) known.set(provenance, (number = known.size + 1));
    return number;
  };
}

interface Result {
  readonly name: string;
  readonly unit: string;
  /** One value for each round. */
  readonly values: readonly number[];
  readonly goal: number;
  /** Another engine's figure, to be scaled; null where the goal is our own. */
  readonly reference: number | null;
  readonly beside?: Readonly<Record<string, number | string>>;
}

interface Built {
  readonly resolver: Resolver;
  readonly forms: ResolvedClass[];
  readonly entries: number;
  readonly ms: number;
}

/** From nothing to packed buffers of all subjects. */
function build(
  policies: readonly ReturnType<typeof work.normal>[],
  identities: readonly IdentityInput[],
  subjects: number,
): Built {
  const started = performance.now();
  const resolver = new Resolver('always');
  for (const identity of identities) resolver.upsertIdentity(identity);
  for (const policy of policies) resolver.setPolicy(policy);
  const cookieOf = cookies();
  let entries = 0;
  const forms: ResolvedClass[] = [];
  for (let i = 0; i < subjects; i += 1) {
    const form = resolver.resolve(work.subjectId(i));
    entries += packEntries(form.entries, cookieOf).keys.length / 12;
    forms.push(form);
  }
  return { resolver, forms, entries, ms: performance.now() - started };
}

/** Compares a form's answer with the naive evaluator's; throws where they differ. */
function compare(form: ResolvedClass, world: World, peer: number, direction: Direction, port: number): void {
  const question = { subject: form.identity, peer, family: 4, direction, protocol: 6, port } as const;
  const expected = oracleOf(world).ask(question).allowed;
  if (evaluate(form, question).allowed !== expected)
    throw new Error(`bench resolver: ${JSON.stringify(question)} should be ${expected}`);
}

/** 10,000 sampled verdicts: peers of the subject's namespace and of the application that its policies name, and others. */
function verify(
  forms: readonly ResolvedClass[],
  stored: readonly StoredPolicy[],
  everybody: readonly IdentityInput[],
): void {
  for (const [i, form] of forms.entries()) {
    // The others select applications that this subject is not: the naive evaluator would read them all for each question.
    const policies = stored.filter((_, p) => p % 500 === i % 500);
    for (let s = 0; s < 10_000 / forms.length; s += 1) {
      const near = [i + 700 * s, 7 * i + 3 + 500 * s, 11 * i + 5 + 500 * s, s][s % 4]!;
      const peer = everybody[near % everybody.length]!;
      const identities = [peer, everybody[i]!];
      const port = s % 3 === 0 ? 80 : 8000 + ((i + (s % 5 === 0 ? 1 : 0)) % 50);
      compare(form, { mode: 'always', policies, identities, namespaces: {} }, peer.id, 'ingress', port);
    }
  }
}

function fromNothing(
  identities: number,
  policies: number,
  subjects: number,
  goal: number,
  rounds: number,
): { result: Result; last: Built; everybody: IdentityInput[] } {
  const everybody = Array.from({ length: identities }, (_, i) => work.identity(i));
  const stored = Array.from({ length: policies }, (_, p) => work.policy(p));
  const values: number[] = [];
  const reading: number[] = [];
  let last: Built | null = null;
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    const normal = stored.map(work.normal);
    reading.push(performance.now() - started);
    last = build(normal, everybody, subjects);
    values.push(last.ms);
  }
  verify(last!.forms, stored, everybody);
  const count = (n: number) => n.toLocaleString('en');
  const name = `from nothing: ${count(identities)} identities, ${count(policies)} policies, ${subjects} subjects`;
  return {
    result: {
      name,
      unit: 'ms',
      values,
      goal,
      reference: goal,
      beside: { entries: last!.entries, 'validating and normalising documents, ms': median(reading) },
    },
    last: last!,
    everybody,
  };
}

/** Entries that a change deletes and puts, packed as the kernel takes them: for each subject together. */
function takeChanges(resolver: Resolver, cookieOf: (p: Provenance) => number): number {
  let written = 0;
  for (const subject of resolver.affected()) {
    const rows = resolver.update(subject) ?? [];
    const deleted = packEntries(rows.flatMap((row) => row.before), cookieOf); // prettier-ignore
    const put = packEntries(rows.flatMap((row) => row.after), cookieOf); // prettier-ignore
    written += (deleted.keys.length + put.keys.length) / 12;
  }
  return written;
}

function changes(world: Built, identities: number, rounds: number): Result[] {
  const { resolver } = world;
  const cookieOf = cookies();
  resolver.affected();
  const one: number[] = [];
  const batch: number[] = [];
  const policy: number[] = [];
  let written = 0;
  for (let round = 0; round < rounds; round += 1) {
    // Applications that the subjects' rules meet, by turns.
    const added = Array.from({ length: 100 }, (_, k) => work.identity(identities + k * 7 + round));
    let started = performance.now();
    for (const identity of added) {
      resolver.upsertIdentity(identity);
      written += takeChanges(resolver, cookieOf);
      resolver.deleteIdentity(identity.id);
      written += takeChanges(resolver, cookieOf);
    }
    one.push((performance.now() - started) / added.length);
    const many = Array.from({ length: 1000 }, (_, k) => work.identity(identities + k));
    started = performance.now();
    for (const identity of many) resolver.upsertIdentity(identity);
    written += takeChanges(resolver, cookieOf);
    for (const identity of many) resolver.deleteIdentity(identity.id);
    written += takeChanges(resolver, cookieOf);
    batch.push(performance.now() - started);
    const changed = Array.from({ length: 100 }, (_, p) => work.normal(work.policy(p, round + 2)));
    started = performance.now();
    for (const next of changed) {
      resolver.setPolicy(next);
      for (const subject of resolver.affected())
        written += packEntries(resolver.resolve(subject).entries, cookieOf).keys.length / 12;
    }
    policy.push((performance.now() - started) / changed.length);
  }
  const beside = { 'entries written': written };
  return [
    { name: 'one identity appears and goes, 100 subjects', unit: 'ms', values: one, goal: 0.63, reference: 0.63, beside },
    { name: '1,000 identities appear in one batch and go in one batch', unit: 'ms', values: batch, goal: 13.5, reference: 13.5 },
    { name: 'one policy changes, one subject is resolved again', unit: 'ms', values: policy, goal: 0.08, reference: 0.08 },
  ]; // prettier-ignore
}

function lookups(form: ResolvedClass, rounds: number): Result {
  const LOOKUPS = 200_000;
  const table = tableOf(form);
  const peers = [...new Set(form.entries.map((e) => e.identity))];
  const values: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let found = 0;
    const query = { peer: 0, family: 4 as const, direction: 'ingress' as const, protocol: 6, port: 80 };
    const started = performance.now();
    for (let i = 0; i < LOOKUPS; i += 1) {
      query.peer = peers[i % peers.length]!;
      query.port = i & 1 ? 80 : 9000;
      if (table.find(query)) found += 1;
    }
    values.push(((performance.now() - started) * 1e6) / LOOKUPS);
    if (found !== LOOKUPS / 2)
      throw new Error(`bench resolver: ${found} of ${LOOKUPS} look-ups found an entry`);
  }
  return { name: 'one look-up in a subject’s map', unit: 'ns', values, goal: 69, reference: 69 };
}

function cidr(denies: boolean, goal: number, rounds: number): Result {
  const stored = work.cidrPolicy(denies);
  const normal = work.normal(stored);
  const identities = [work.identity(0), ...work.cidrIdentities(normal.prefixes)];
  const values: number[] = [];
  let last: Built | null = null;
  for (let round = 0; round < rounds; round += 1) values.push((last = build([normal], identities, 1)).ms);
  for (let s = 0; s < 500; s += 1) {
    const [subject, peer] = [identities[0]!, identities[1 + ((s * 7) % (identities.length - 1))]!];
    const world: World = { mode: 'always', policies: [stored], identities: [subject, peer], namespaces: {} };
    compare(last!.forms[0]!, world, peer.id, 'egress', 80 + (s % 140));
  }
  const name = `CIDR: one subject, 1,000 rules${denies ? ' and 1,000 denies' : ''}, ${identities.length - 1} prefixes`;
  return { name, unit: 'ms', values, goal, reference: goal, beside: { entries: last!.entries } };
}

function prefixes(rounds: number): Result[] {
  const { prefixes: all, identities } = work.manyPrefixes(50_000);
  const normal = work.normal(work.prefixPolicy(all));
  const everybody = [work.identity(0), ...identities];
  const full: number[] = [];
  const one: number[] = [];
  for (let round = 0; round < Math.min(rounds, 5); round += 1) {
    const { resolver, ms, entries } = build([normal], everybody, 1);
    if (entries !== all.length)
      throw new Error(`bench resolver: ${entries} entries for ${all.length} prefixes`);
    full.push(ms);
    resolver.affected();
    const cookieOf = cookies();
    const gone = identities.slice(0, 100);
    const started = performance.now();
    for (const identity of gone) {
      resolver.deleteIdentity(identity.id);
      takeChanges(resolver, cookieOf);
      resolver.upsertIdentity(identity);
      takeChanges(resolver, cookieOf);
    }
    one.push((performance.now() - started) / 200);
  }
  return [
    { name: '50,000 prefixes, one subject: full', unit: 'ms', values: full, goal: 1000, reference: null },
    { name: '50,000 prefixes, one subject: one prefix', unit: 'ms', values: one, goal: 1, reference: null },
  ];
}

/** 1,000 selectors over 65,000 identities: the policies of one subject name them all. */
function selectors(rounds: number): Result[] {
  const everybody = Array.from({ length: 65_000 }, (_, i) => work.identity(i));
  const normal = Array.from({ length: 1000 }, (_, s) => work.normal(work.selectorPolicy(s)));
  const full: number[] = [];
  const one: number[] = [];
  let entries = 0;
  for (let round = 0; round < Math.min(rounds, 5); round += 1) {
    const resolver = new Resolver('always');
    for (const identity of everybody) resolver.upsertIdentity(identity);
    for (const policy of normal) resolver.setPolicy(policy);
    let started = performance.now();
    const form = resolver.resolve(work.subjectId(0));
    full.push(performance.now() - started);
    entries = form.entries.length;
    const cookieOf = cookies();
    resolver.affected();
    started = performance.now();
    for (let k = 0; k < 100; k += 1) {
      const identity = work.identity(65_000 + k);
      resolver.upsertIdentity(identity);
      takeChanges(resolver, cookieOf);
      resolver.deleteIdentity(identity.id);
      takeChanges(resolver, cookieOf);
    }
    one.push((performance.now() - started) / 200);
  }
  const beside = { entries };
  return [
    { name: '1,000 selectors × 65,000 identities: full', unit: 'ms', values: full, goal: 50, reference: null, beside },
    { name: '1,000 selectors × 65,000 identities: one identity', unit: 'ms', values: one, goal: 0.1, reference: null },
  ]; // prettier-ignore
}

/** The whole of a process that holds 10,000 policies, 65,000 identities and 250 subjects, with the agent's settings of the heap. */
function memory(): Result {
  const script = join(import.meta.dirname, 'resolver-memory.ts');
  const flags = ['--disable-warning=ExperimentalWarning', '--expose-gc', '--max-semi-space-size=1', script];
  const values = [0, 1, 2].map(() => Number(execFileSync(process.execPath, flags, { encoding: 'utf8' })));
  const name = '10,000 policies, 65,000 identities, 250 subjects: resident memory of a process';
  return { name, unit: 'MB', values, goal: 300, reference: null };
}

function rowOf(result: Result, scale: number): Row {
  const { name, unit, values, reference } = result;
  const goal = reference === null ? result.goal : reference * TOLERANCE * scale;
  const beside = { ...(reference === null ? {} : { Cilium: reference }), ...result.beside };
  return {
    name,
    value: median(values),
    unit,
    goal: `<= ${goal.toPrecision(3)}`,
    met: met(values, '<=', goal),
    beside,
  };
}

/** The policy engine by itself: no store, no kernel. Times to packed buffers; verdicts are compared with the naive evaluator's. */
export async function resolver(options: Options): Promise<Report> {
  const rounds = Math.max(7, Math.min(options.minRounds, 15));
  const calibration = Array.from({ length: 9 }, calibrate);
  const small = fromNothing(5_000, 1_000, 100, 73, rounds);
  const large = fromNothing(20_000, 5_000, 250, 490, Math.min(rounds, 7));
  const results = [
    small.result,
    large.result,
    ...changes(small.last, 5_000, rounds),
    lookups(small.last.forms[1]!, rounds),
    cidr(false, 25.1, rounds),
    cidr(true, 61.7, rounds),
    ...selectors(rounds),
    ...prefixes(rounds),
    memory(),
  ];
  calibration.push(...Array.from({ length: 9 }, calibrate));
  const scale = Math.max(1, median(calibration) / CALIBRATION_MS);
  const row: Row = { name: 'calibration loop', value: median(calibration), unit: 'ms', goal: null, met: null, beside: { idle: CALIBRATION_MS, scale } }; // prettier-ignore
  return Promise.resolve({ bench: 'resolver', rounds, rows: [...results.map((r) => rowOf(r, scale)), row] });
}
