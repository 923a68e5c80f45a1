import type { Datapath, FormChange } from '@sluice/datapath';
import {
  diff,
  diffRows,
  type NamedPortInput,
  type ResolvedClass,
  type RowChange,
  type Variant,
} from '@sluice/policy';
import { messageOf } from '../util/errors.js';
import type { PolicyEngine } from './engine.js';
import { classForm, type CookieAssigner, formChange } from './forms.js';

/** Classes that are told apart by named ports have numbers of their own: no identity has bit 27. */
const OWN_NUMBER = 1 << 27;
const LAST = OWN_NUMBER - 1;

type Ports = readonly NamedPortInput[];
type Defaults = readonly [number, number];

/** Who has a class: an identity's workloads or, with `ports`, those of them whose ports of the mentioned names are these. */
interface LocalClass {
  readonly number: number;
  readonly subject: number;
  readonly ports: Ports | null;
}

/** A class that was written whole, and by what cookies "nothing matched" is told there. */
interface Form extends LocalClass {
  readonly defaults: Defaults;
  /** null where nothing is staged. */
  readonly staged: Defaults | null;
}

/** From what one map of a class goes on: rows that changed, or the whole that it was. */
type Step = { readonly rows: readonly RowChange[] } | { readonly before: ResolvedClass };

/** How a class gets from what was written to what it shall be; null: as a whole. */
type Way = { readonly enforced: Step; readonly staged: Step | null } | null;

const keyOf = (subject: number, ports: Ports): string =>
  `${subject} ${JSON.stringify(ports.map((p) => [p.name, p.protocol, p.port]).sort())}`;

const variantOf = (ports: Ports | null, staged: boolean): Variant => (ports ? { staged, ports } : { staged });

/**
 * The policy classes of this node: which one each local subject has under the present policies, and what the kernel holds of
 * each. A class is written before anything points to it, and removed when nothing does. Only classes of subjects that a change
 * meets are looked at, and of them only what changed is written.
 */
export class LocalClasses {
  private readonly forms = new Map<number, Form>();
  /** Classes that may not be in the kernel as they shall be. */
  private readonly pending = new Map<number, Way>();
  private readonly numbers = new Map<string, number>();
  private readonly wanted = new Map<number, LocalClass>();
  private readonly bySubject = new Map<number, readonly number[]>();
  /** Classes that the kernel has and that nobody may want any more. */
  private readonly leaving = new Set<number>();
  private written = false;
  private last = 0;

  constructor(
    private readonly engine: PolicyEngine,
    private readonly cookies: CookieAssigner,
    private readonly policy: Datapath['policy'],
  ) {}

  /** Whether a class can be pointed to: it was written, whole, at least once. */
  has(number: number): boolean {
    return this.forms.has(number);
  }

  /** The class of a subject under the policies as they were last written. */
  numberOf(subject: number, own: Ports): number {
    return this.classOf(subject, own).number;
  }

  /**
   * Brings classes up to date: of subjects that changes of the policies' inputs meet, and of those whose workloads are others now
   * (`touched`). `portsOf` gives the named ports of each workload of a subject; none: it is no subject any more. Returns the
   * subjects that were looked at, and what could not be written; that keeps what it had, or is shut, and is tried again.
   */
  write(
    touched: Iterable<number>,
    portsOf: (subject: number) => readonly Ports[],
  ): { readonly subjects: ReadonlySet<number>; readonly errors: readonly string[] } {
    // What an agent before this one has left goes once nothing points to it.
    if (!this.written) for (const number of this.policy.known) this.leaving.add(number);
    this.written = true;
    const affected = this.engine.affected();
    // First of all: what a class was cannot be asked any more once its subject is resolved anew.
    for (const subject of affected) for (const number of this.bySubject.get(subject) ?? []) this.note(number);
    const subjects = new Set([...affected, ...touched, ...this.unfinished()]);
    for (const subject of subjects) this.want(subject, portsOf(subject));
    const errors = [...this.pending.keys()].flatMap((number) => this.writeOne(number));
    return { subjects, errors };
  }

  private *unfinished(): Iterable<number> {
    for (const number of this.pending.keys()) {
      const { subject } = this.wanted.get(number) ?? this.forms.get(number) ?? {};
      if (subject !== undefined) yield subject;
    }
  }

  /** Notes from what a class goes on. Twice without a write between: then as a whole. */
  private note(number: number): void {
    const form = this.forms.get(number);
    const isKnown = form !== undefined && !this.pending.has(number);
    this.pending.set(number, isKnown ? this.wayOf(form) : null);
  }

  private wayOf({ subject, ports, staged }: Form): Way {
    const enforced = this.step(subject, variantOf(ports, false));
    return enforced && { enforced, staged: staged && this.step(subject, variantOf(ports, true)) };
  }

  private step(subject: number, variant: Variant): Step | null {
    const rows = this.engine.update(subject, variant);
    if (rows) return { rows };
    const before = this.engine.last(subject, variant);
    return before && { before };
  }

  /** Sets which classes a subject has. */
  private want(subject: number, workloads: readonly Ports[]): void {
    const before = this.bySubject.get(subject) ?? [];
    for (const number of before) {
      this.wanted.delete(number);
      this.leaving.add(number);
    }
    this.bySubject.delete(subject);
    if (workloads.length === 0) return;
    for (const own of workloads) {
      const found = this.classOf(subject, own);
      this.wanted.set(found.number, found);
      this.leaving.delete(found.number);
      // While nobody wanted it, nobody followed it.
      if (!before.includes(found.number)) this.pending.set(found.number, null);
      this.bySubject.set(subject, [...new Set([...(this.bySubject.get(subject) ?? []), found.number])]);
    }
  }

  private classOf(subject: number, own: Ports): LocalClass {
    const names = this.engine.portNames(subject);
    if (names.length === 0) return { number: subject, subject, ports: null };
    const ports = own.filter((port) => names.includes(port.name));
    return { number: this.numberFor(keyOf(subject, ports)), subject, ports };
  }

  /** Never one that the kernel knows already: endpoints may point to it still, from before a restart. */
  private numberFor(key: string): number {
    const present = this.numbers.get(key);
    if (present !== undefined) return present;
    const taken = new Set([...this.policy.known, ...this.numbers.values()]);
    do this.last = (this.last % LAST) + 1;
    while (taken.has(OWN_NUMBER | this.last));
    const number = OWN_NUMBER | this.last;
    this.numbers.set(key, number);
    return number;
  }

  private writeOne(number: number): string[] {
    const local = this.wanted.get(number);
    if (!local) return [];
    try {
      const way = this.pending.get(number) ?? null;
      const form = this.forms.get(number);
      const next = way && form && this.policy.isWhole(number) ? this.change(form, way) : this.put(local);
      this.forms.set(number, { ...local, ...next });
      this.pending.delete(number);
      return [];
    } catch (error) {
      this.forms.delete(number);
      this.pending.set(number, null);
      return [`policy of identity ${local.subject}: ${messageOf(error)}`];
    }
  }

  private put({ number, subject, ports }: LocalClass): Pick<Form, 'defaults' | 'staged'> {
    const resolved = this.engine.resolve(subject, variantOf(ports, false));
    const staged = this.engine.hasStaged(subject)
      ? this.engine.resolve(subject, variantOf(ports, true))
      : null;
    const form = classForm(resolved, staged, this.cookies);
    this.policy.put({ policyClass: number, form });
    return { defaults: form.defaultCookies, staged: form.staged?.defaultCookies ?? null };
  }

  private change(form: Form, way: NonNullable<Way>): Pick<Form, 'defaults' | 'staged'> {
    const { number: policyClass, subject, ports } = form;
    const { swap, change } = this.delta(subject, variantOf(ports, false), way.enforced, form.defaults);
    const staged = this.stagedChange(form, way.staged);
    this.policy.change({ policyClass, inPlace: !swap, ...change, staged });
    return { defaults: change.defaultCookies, staged: staged?.defaultCookies ?? null };
  }

  /** What is staged goes on only from where the kernel has it: where it did not fit it begins anew. */
  private stagedChange({ number, subject, ports, staged }: Form, step: Step | null): FormChange | null {
    if (!this.engine.hasStaged(subject)) return null;
    const variant = variantOf(ports, true);
    if (staged && step && this.policy.isStaged(number))
      return this.delta(subject, variant, step, staged).change;
    return this.whole(null, this.engine.resolve(subject, variant)).change;
  }

  private delta(subject: number, variant: Variant, step: Step, defaults: Defaults) {
    if ('before' in step) return this.whole(step.before, this.engine.resolve(subject, variant));
    const delta = diffRows(step.rows);
    return { swap: delta.swap, change: formChange(delta, defaults, this.cookies) };
  }

  private whole(before: ResolvedClass | null, after: ResolvedClass) {
    const delta = diff(before, after);
    return { swap: delta.swap, change: formChange(delta, after.defaults, this.cookies) };
  }

  /** Removes the classes that nothing points to any more. To be called once endpoints have left them. */
  clean(): void {
    for (const number of this.leaving) {
      const subject = this.forms.get(number)?.subject;
      this.policy.remove(number);
      this.forms.delete(number);
      this.pending.delete(number);
      if (subject !== undefined && !this.bySubject.has(subject)) this.engine.forget(subject);
    }
    if (this.leaving.size > 0)
      for (const [key, number] of this.numbers) if (!this.wanted.has(number)) this.numbers.delete(key);
    this.leaving.clear();
  }

  /** Reads the kernel anew, so that the next writing repairs what others have changed. */
  refresh(): void {
    for (const number of this.policy.refresh()) {
      if (this.wanted.has(number)) this.pending.set(number, null);
      else this.leaving.add(number);
    }
  }
}
