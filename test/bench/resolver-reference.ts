import { packEntries, tableOf, type IdentityInput, type ResolvedClass, type StoredPolicy, type World } from '@sluice/policy'; // prettier-ignore
import { build, compare, cookies, ENTRY_BYTES, rounds, Series, takeChanges, type Built, type Result } from './resolver-run.ts'; // prettier-ignore
import * as work from './resolver-workload.ts';
import { median } from './stats.ts';

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

const count = (n: number) => n.toLocaleString('en');

/** Everything from nothing; the world that is left over, for changes of it. */
export function fromNothing(
  identities: number,
  policies: number,
  subjects: number,
  goal: number,
  counted: number,
): { result: Result; last: Built } {
  const everybody = Array.from({ length: identities }, (_, i) => work.identity(i));
  const stored = Array.from({ length: policies }, (_, p) => work.policy(p));
  const series = new Series();
  const reading: number[] = [];
  let last: Built | null = null;
  for (let round = 0; round < rounds(counted); round += 1) {
    const started = performance.now();
    const normal = stored.map(work.normal);
    reading.push(performance.now() - started);
    last = build(normal, everybody, subjects);
    series.add(last.ms);
  }
  verify(last!.forms, stored, everybody);
  const name = `from nothing: ${count(identities)} identities, ${count(policies)} policies, ${subjects} subjects`;
  const beside = { entries: last!.entries, 'validating and normalising documents, ms': median(reading) };
  return { result: { name, unit: 'ms', series, goal, isReference: true, beside }, last: last! };
}

/** Peers that come and go one by one and in a batch, and policies that change. */
export function changes({ resolver }: Built, identities: number, counted: number): Result[] {
  const cookieOf = cookies();
  resolver.affected();
  const [one, batch, policy] = [new Series(), new Series(), new Series()];
  let written = 0;
  for (let round = 0; round < rounds(counted); round += 1) {
    // Applications that the subjects' rules meet, by turns.
    const added = Array.from({ length: 100 }, (_, k) => work.identity(identities + k * 7 + round));
    let started = performance.now();
    for (const identity of added) {
      resolver.upsertIdentity(identity);
      written += takeChanges(resolver, cookieOf);
      resolver.deleteIdentity(identity.id);
      written += takeChanges(resolver, cookieOf);
    }
    one.add((performance.now() - started) / added.length);
    const many = Array.from({ length: 1000 }, (_, k) => work.identity(identities + k));
    started = performance.now();
    for (const identity of many) resolver.upsertIdentity(identity);
    written += takeChanges(resolver, cookieOf);
    for (const identity of many) resolver.deleteIdentity(identity.id);
    written += takeChanges(resolver, cookieOf);
    batch.add(performance.now() - started);
    const changed = Array.from({ length: 100 }, (_, p) => work.normal(work.policy(p, round + 2)));
    started = performance.now();
    for (const next of changed) {
      resolver.setPolicy(next);
      for (const subject of resolver.affected())
        written += packEntries(resolver.resolve(subject).entries, cookieOf).keys.length / ENTRY_BYTES;
    }
    policy.add((performance.now() - started) / changed.length);
  }
  const beside = { 'entries written': written };
  return [
    { name: 'one identity appears and goes, 100 subjects', unit: 'ms', series: one, goal: 0.63, isReference: true, beside },
    { name: '1,000 identities appear in one batch and go in one batch', unit: 'ms', series: batch, goal: 13.5, isReference: true },
    { name: 'one policy changes, one subject is resolved again', unit: 'ms', series: policy, goal: 0.08, isReference: true },
  ]; // prettier-ignore
}

export function lookups(form: ResolvedClass, counted: number): Result {
  const LOOKUPS = 200_000;
  const table = tableOf(form);
  const peers = [...new Set(form.entries.map((e) => e.identity))];
  const series = new Series();
  for (let round = 0; round < rounds(counted); round += 1) {
    let found = 0;
    const query = { peer: 0, family: 4 as const, direction: 'ingress' as const, protocol: 6, port: 80 };
    const started = performance.now();
    for (let i = 0; i < LOOKUPS; i += 1) {
      query.peer = peers[i % peers.length]!;
      query.port = i & 1 ? 80 : 9000;
      if (table.find(query)) found += 1;
    }
    series.add(((performance.now() - started) * 1e6) / LOOKUPS);
    if (found !== LOOKUPS / 2)
      throw new Error(`bench resolver: ${found} of ${LOOKUPS} look-ups found an entry`);
  }
  return { name: 'one look-up in a subject’s map', unit: 'ns', series, goal: 69, isReference: true };
}

export function cidr(denies: boolean, goal: number, counted: number): Result {
  const stored = work.cidrPolicy(denies);
  const normal = work.normal(stored);
  const identities = [work.identity(0), ...work.cidrIdentities(normal.prefixes)];
  const series = new Series();
  let last: Built | null = null;
  for (let round = 0; round < rounds(counted); round += 1)
    series.add((last = build([normal], identities, 1)).ms);
  for (let s = 0; s < 500; s += 1) {
    const [subject, peer] = [identities[0]!, identities[1 + ((s * 7) % (identities.length - 1))]!];
    const world: World = { mode: 'always', policies: [stored], identities: [subject, peer], namespaces: {} };
    compare(last!.forms[0]!, world, peer.id, 'egress', 80 + (s % 140));
  }
  const name = `CIDR: one subject, 1,000 rules${denies ? ' and 1,000 denies' : ''}, ${identities.length - 1} prefixes`;
  return { name, unit: 'ms', series, goal, isReference: true, beside: { entries: last!.entries } };
}
