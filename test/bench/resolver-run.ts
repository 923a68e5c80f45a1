import {
  evaluate,
  oracleOf,
  packEntries,
  Resolver,
  type Direction,
  type IdentityInput,
  type NormalPolicy,
  type Provenance,
  type ResolvedClass,
  type World,
} from '@sluice/policy';
import type { Row } from './report.ts';
import * as work from './resolver-workload.ts';
import { median, met } from './stats.ts';

/**
 * What the calibration loop takes on the kind of machine on which the other engine's figures were taken: the test machine at
 * work, "2 busy cores; they drift by 15–40%". At its best the loop takes 9.1 ms there, so between 10.4 and 12.7 ms with that drift.
 */
const CALIBRATION_MS = 11;
/** "Not slower": within a quarter, after scaling (POLICY, "Proof"). */
const TOLERANCE = 1.25;
/** Rounds before those that count: an agent runs for weeks, the other engine is compiled before it starts. */
export const WARM_UP = 2;

/** Fixed work of the kind that an engine does: hashing numbers and reading memory. Milliseconds. */
export function calibrate(): number {
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

/** One value for each round, and what the calibration loop took right after it: machines drift within a run, too. */
export class Series {
  readonly values: number[] = [];
  readonly loops: number[] = [];
  #warmUp = WARM_UP;

  /** Takes the figure of a round; the first ones do not count. */
  add(value: number): void {
    if (this.#warmUp-- > 0) return;
    this.values.push(value);
    this.loops.push(calibrate());
  }
}

/** Rounds to run so that `counted` of them count. */
export const rounds = (counted: number): number => counted + WARM_UP;

export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly series: Pick<Series, 'values' | 'loops'>;
  readonly goal: number;
  /** Whether the goal is another engine's figure, which is scaled by the calibration loop. */
  readonly isReference: boolean;
  readonly beside?: Readonly<Record<string, number | string>>;
}

/** A figure as the report has it. A machine that is faster than the reference is no reason for a stricter goal. */
export function rowOf({ name, unit, series, goal, isReference, beside }: Result): Row {
  const { values, loops } = series;
  const scale = isReference ? Math.max(1, median(loops) / CALIBRATION_MS) : 1;
  const limit = isReference ? goal * TOLERANCE * scale : goal;
  const reference = isReference ? { Cilium: goal, 'calibration loop, ms': median(loops), scale } : {};
  return {
    name,
    value: median(values),
    unit,
    goal: `<= ${limit.toPrecision(3)}`,
    met: met(values, '<=', limit),
    beside: { ...reference, ...beside },
  };
}

/** A number for each provenance, as the agent's journal gives them. */
export function cookies(): (provenance: Provenance) => number {
  const known = new Map<Provenance, number>();
  return (provenance) => {
    let number = known.get(provenance);
    if (number === undefined) known.set(provenance, (number = known.size + 1));
    return number;
  };
}

export const ENTRY_BYTES = 12;

export interface Built {
  readonly resolver: Resolver;
  readonly forms: ResolvedClass[];
  readonly entries: number;
  readonly ms: number;
}

/** A resolver that knows these. */
export function known(policies: readonly NormalPolicy[], identities: readonly IdentityInput[]): Resolver {
  const resolver = new Resolver('always');
  for (const identity of identities) resolver.upsertIdentity(identity);
  for (const policy of policies) resolver.setPolicy(policy);
  return resolver;
}

/** From nothing to packed buffers of all subjects. */
export function build(
  policies: readonly NormalPolicy[],
  identities: readonly IdentityInput[],
  subjects: number,
): Built {
  const started = performance.now();
  const resolver = known(policies, identities);
  const cookieOf = cookies();
  let entries = 0;
  const forms: ResolvedClass[] = [];
  for (let i = 0; i < subjects; i += 1) {
    const form = resolver.resolve(work.subjectId(i));
    entries += packEntries(form.entries, cookieOf).keys.length / ENTRY_BYTES;
    forms.push(form);
  }
  return { resolver, forms, entries, ms: performance.now() - started };
}

/** Entries that changes of peers delete and put, packed as the kernel takes them: for each subject together. */
export function takeChanges(resolver: Resolver, cookieOf: (p: Provenance) => number): number {
  let written = 0;
  for (const subject of resolver.affected()) {
    const rows = resolver.update(subject) ?? [];
    const deleted = packEntries(rows.flatMap((row) => row.before), cookieOf); // prettier-ignore
    const put = packEntries(rows.flatMap((row) => row.after), cookieOf); // prettier-ignore
    written += (deleted.keys.length + put.keys.length) / ENTRY_BYTES;
  }
  return written;
}

/** Compares a form's answer with the naive evaluator's; throws where they differ. */
export function compare(
  form: ResolvedClass,
  world: World,
  peer: number,
  direction: Direction,
  port: number,
): void {
  const question = { subject: form.identity, peer, family: 4, direction, protocol: 6, port } as const;
  const expected = oracleOf(world).ask(question).allowed;
  if (evaluate(form, question).allowed !== expected)
    throw new Error(`bench resolver: ${JSON.stringify(question)} should be ${expected}`);
}
