import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { diff, packEntries, parseDocuments, Resolver, type ResolvedClass, type StoredPolicy } from '@sluice/policy'; // prettier-ignore
import { stringify } from 'yaml';
import { build, cookies, ENTRY_BYTES, known, rounds, Series, takeChanges, type Result } from './resolver-run.ts'; // prettier-ignore
import * as work from './resolver-workload.ts';

const own = (name: string, unit: string, series: Result['series'], goal: number, beside = {}): Result => ({
  name, unit, series, goal, isReference: false, beside,
}); // prettier-ignore

/** The longest time between two turns of the event loop while a promise is waited for. Milliseconds. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let timer: NodeJS.Immediate;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    timer = setImmediate(turn);
  };
  timer = setImmediate(turn);
  await work();
  clearImmediate(timer);
  return Math.max(longest, performance.now() - last);
}

/** 1,000 selectors over 65,000 identities: the policies of one subject name them all. In slices, as an agent does it. */
export async function selectors(counted: number): Promise<Result[]> {
  const everybody = Array.from({ length: 65_000 }, (_, i) => work.identity(i));
  const normal = Array.from({ length: 1000 }, (_, s) => work.normal(work.selectorPolicy(s)));
  const [full, hold, one, giving] = [new Series(), new Series(), new Series(), new Series()];
  let entries = 0;
  for (let round = 0; round < rounds(counted); round += 1) {
    let started = performance.now();
    const resolver = known(normal, everybody);
    giving.add(performance.now() - started);
    const wanted = [{ subject: work.subjectId(0) }];
    let forms: ResolvedClass[] = [];
    started = performance.now();
    const held = await longestHold(async () => (forms = await resolver.resolveAll(wanted)));
    full.add(performance.now() - started);
    hold.add(held);
    entries = forms[0]!.entries.length;
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
    one.add((performance.now() - started) / 200);
  }
  const name = '1,000 selectors × 65,000 identities';
  const each = { 'giving it one identity, µs': (1000 * Math.min(...giving.values)) / 65_000 };
  return [
    own(`${name}: full`, 'ms', full, 50, { entries, ...each }),
    own(`${name}: longest hold of the event loop`, 'ms', hold, 20),
    own(`${name}: one identity`, 'ms', one, 0.1),
  ];
}

/** One policy for every workload of the cluster, from an application that others have too. */
function widePolicy(revision: number): StoredPolicy {
  const kind = 'ClusterPolicy';
  const ports = [{ port: 9000 + (revision % 9), protocol: 'TCP' }, { port: 8000, protocol: 'TCP' }]; // prettier-ignore
  const ingress = [{ fromEndpoints: [{ matchLabels: { app: 'app3' } }], toPorts: [{ ports }] }];
  const document = {
    apiVersion: 'sluice.dev/v1', kind, metadata: { name: 'wide' }, spec: { endpointSelector: {}, ingress },
  }; // prettier-ignore
  return { kind, scope: '_cluster', name: 'wide', uid: 'uid-wide', revision, document };
}

/** A policy with one local subject and few entries, beside all the others. */
function narrowPolicy(p: number, revision: number): StoredPolicy {
  const stored = work.policy(p, revision);
  const { document } = stored as { document: { spec: { ingress: { fromEndpoints: unknown[] }[] } } };
  const [rule] = document.spec.ingress;
  // Without the tier of its namespace: 40 applications elsewhere, two ports each.
  return { ...stored, document: { ...document, spec: { ...document.spec, ingress: [{ ...rule, fromEndpoints: rule!.fromEndpoints.slice(0, 1) }] } } }; // prettier-ignore
}

/** One policy among 10,000, with 20,000 identities and 250 subjects, from its document to the writes in their safe order. */
export function onePolicy(counted: number): Result[] {
  const everybody = Array.from({ length: 20_000 }, (_, i) => work.identity(i));
  const resolver = known(work.normalPolicies(10_000), everybody);
  resolver.upsertPolicy(widePolicy(1));
  const forms = new Map<number, ResolvedClass>();
  for (let i = 0; i < 250; i += 1) forms.set(work.subjectId(i), resolver.resolve(work.subjectId(i)));
  const cookieOf = cookies();
  /** Milliseconds until all writes are packed, and how many there are. */
  const change = (policy: StoredPolicy): { ms: number; writes: number } => {
    resolver.affected();
    const started = performance.now();
    resolver.upsertPolicy(policy);
    let writes = 0;
    for (const subject of resolver.affected()) {
      const next = resolver.resolve(subject);
      const delta = diff(forms.get(subject)!, next);
      forms.set(subject, next);
      for (const op of ['put', 'delete'] as const) {
        const entries = delta.writes.filter((w) => w.op === op).map((w) => w.entry);
        writes += packEntries(entries, cookieOf).keys.length / ENTRY_BYTES;
      }
    }
    return { ms: performance.now() - started, writes };
  };
  const [narrow, wide] = [new Series(), new Series()];
  let [few, many] = [0, 0];
  for (let p = 1; p < 250; p += 1) if (p % 10 !== 0) change(narrowPolicy(p, 2));
  for (let round = 0; round < rounds(counted); round += 1) {
    let sum = 0;
    let changed = 0;
    for (let p = 1; p < 250; p += 10) {
      const { ms, writes } = change(narrowPolicy(p, round + 3));
      few = Math.max(few, writes);
      sum += ms;
      changed += 1;
    }
    narrow.add(sum / changed);
    const { ms, writes } = change(widePolicy(round + 2));
    many = writes;
    wide.add((1000 * ms) / writes);
  }
  return [
    own('one policy among 10,000 changes, one subject, until its writes are ready', 'ms', narrow, 1, { writes: few }),
    own('one policy among 10,000 changes, 250 subjects, for each changed entry', 'µs', wide, 2, { writes: many }),
  ]; // prettier-ignore
}

export function prefixes(counted: number): Result[] {
  const { prefixes: all, identities } = work.manyPrefixes(50_000);
  const normal = work.normal(work.prefixPolicy(all));
  const everybody = [work.identity(0), ...identities];
  const [full, one] = [new Series(), new Series()];
  for (let round = 0; round < rounds(counted); round += 1) {
    const { resolver, ms, entries } = build([normal], everybody, 1);
    if (entries !== all.length)
      throw new Error(`bench resolver: ${entries} entries for ${all.length} prefixes`);
    full.add(ms);
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
    one.add((performance.now() - started) / 200);
  }
  const name = '50,000 prefixes, one subject';
  return [own(`${name}: full`, 'ms', full, 1000), own(`${name}: one prefix`, 'ms', one, 1)];
}

/** Egress to world and to the cluster of a node that knows 65,000 identities and 1,000 prefixes: classes, not numbers. */
export function classes(): Result {
  const resolver = new Resolver('always');
  for (let i = 0; i < 65_000; i += 1) resolver.upsertIdentity(work.identity(i));
  for (const identity of work.manyPrefixes(1000).identities) resolver.upsertIdentity(identity);
  resolver.setPolicy(work.normal(work.entitiesPolicy()));
  const { entries } = resolver.resolve(work.subjectId(0));
  const name = 'egress to world and cluster, 65,000 identities and 1,000 prefixes';
  return own(name, 'entries', { values: Array<number>(6).fill(entries.length), loops: [] }, 10);
}

/** 10,000 YAML texts of one document each, to their internal form. */
export function parsing(counted: number): Result {
  const documents = Array.from({ length: 10_000 }, (_, p) => work.policy(p).document);
  const texts = documents.map((document) => stringify(document));
  const series = new Series();
  for (let round = 0; round < rounds(counted); round += 1) {
    const started = performance.now();
    for (const text of texts)
      if (parseDocuments(text).documents.length !== 1) throw new Error(`bench resolver: refused: ${text}`);
    series.add(performance.now() - started);
  }
  return own('parsing, validating and normalising 10,000 documents', 'ms', series, 2000);
}

/** Resident memory of a process of its own, with the agent's settings of the heap. */
export function memory(what: 'policies' | 'prefixes', name: string, goal: number): Result {
  const script = join(import.meta.dirname, 'resolver-memory.ts');
  const flags = ['--disable-warning=ExperimentalWarning', '--expose-gc', '--max-semi-space-size=1', script];
  const run = () => Number(execFileSync(process.execPath, [...flags, what], { encoding: 'utf8' }));
  return own(
    `${name}: resident memory of a process`,
    'MB',
    { values: [run(), run(), run()], loops: [] },
    goal,
  );
}
