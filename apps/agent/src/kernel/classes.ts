import type { ClassForm, Datapath, InPlaceWrites } from '@sluice/datapath';
import type { MapDelta, NamedPortInput, ResolvedClass } from '@sluice/policy';
import { messageOf } from '../util/errors.js';
import type { PolicyEngine } from './engine.js';
import { classForm, type CookieAssigner, cookiesOf, policyEntry } from './forms.js';

/** Classes that are told apart by named ports have numbers of their own: no identity has bit 27. */
const OWN_NUMBER = 1 << 27;
const LAST = OWN_NUMBER - 1;

/** Who has a class: an identity's workloads or, with `ports`, those of them whose ports of the mentioned names are these. */
interface LocalClass {
  readonly number: number;
  readonly subject: number;
  readonly ports: readonly NamedPortInput[] | null;
}

interface Form {
  readonly resolved: ResolvedClass;
  readonly form: ClassForm;
}

/** A local subject: the identity of an endpoint, and the endpoint's own named ports. */
export interface LocalSubject {
  readonly identity: number;
  readonly ports: readonly NamedPortInput[];
}

const keyOf = (subject: number, ports: readonly NamedPortInput[] | null): string =>
  ports === null
    ? String(subject)
    : `${subject} ${JSON.stringify(ports.map((p) => [p.name, p.protocol, p.port]).sort())}`;

/**
 * The policy classes of this node: which one each local subject has under the present policies, and what the kernel holds of
 * each. A class is written before anything points to it, and removed when nothing does.
 */
export class LocalClasses {
  private readonly forms = new Map<number, Form>();
  /** Classes whose form in the kernel may be out of date. */
  private readonly stale = new Set<number>();
  private readonly numbers = new Map<string, number>();
  private wanted = new Map<number, LocalClass>();
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
  numberOf({ identity, ports }: LocalSubject): number {
    return this.classOf(identity, ports).number;
  }

  /** Brings the classes of these subjects up to date. Returns what could not be written; those keep what they had, or are shut. */
  write(subjects: readonly LocalSubject[]): string[] {
    this.wanted = new Map();
    for (const { identity, ports } of subjects) {
      const found = this.classOf(identity, ports);
      this.wanted.set(found.number, found);
    }
    const affected = this.engine.affected();
    for (const [number, { resolved }] of this.forms)
      if (affected.has(resolved.identity)) this.stale.add(number);
    return [...this.wanted.values()].flatMap((found) => this.writeOne(found));
  }

  private classOf(subject: number, own: readonly NamedPortInput[]): LocalClass {
    const names = this.engine.portNames(subject);
    const ports = names.length === 0 ? null : own.filter((port) => names.includes(port.name));
    return { number: ports === null ? subject : this.numberFor(keyOf(subject, ports)), subject, ports };
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

  private writeOne({ number, subject, ports }: LocalClass): string[] {
    if (this.forms.has(number) && !this.stale.has(number)) return [];
    try {
      const { engine, cookies, policy } = this;
      const resolved = engine.resolve(subject, { ports });
      const staged = engine.hasStaged(subject) ? engine.resolve(subject, { ports, staged: true }) : null;
      const form = classForm(resolved, staged, cookies);
      const before = this.forms.get(number);
      const delta = before ? engine.delta(before.resolved, resolved) : null;
      policy.put({ policyClass: number, form, inPlace: delta ? this.inPlace(delta) : null });
      this.forms.set(number, { resolved, form });
      this.stale.delete(number);
      return [];
    } catch (error) {
      this.forms.delete(number);
      return [`policy of identity ${subject}: ${messageOf(error)}`];
    }
  }

  private inPlace(delta: MapDelta): InPlaceWrites | null {
    if (delta.swap) return null;
    const cookies = this.cookies.assign(delta.writes.map(({ entry }) => entry.provenance));
    return delta.writes.map(({ op, entry }, i) => ({ op, entry: policyEntry(entry, cookies[i]!) }));
  }

  /** Removes the classes that nothing points to any more. To be called once endpoints have left them. */
  clean(): void {
    const subjects = new Set([...this.wanted.values()].map(({ subject }) => subject));
    for (const number of this.policy.known) {
      if (this.wanted.has(number)) continue;
      this.policy.remove(number);
      const subject = this.forms.get(number)?.resolved.identity;
      this.forms.delete(number);
      this.stale.delete(number);
      if (subject !== undefined && !subjects.has(subject)) this.engine.forget(subject);
    }
    for (const [key, number] of this.numbers) if (!this.wanted.has(number)) this.numbers.delete(key);
  }

  /** Cookies that the kernel may speak of. */
  cookiesInUse(): Set<number> {
    return new Set([...this.forms.values()].flatMap(({ form }) => cookiesOf(form)));
  }

  /** Reads the kernel anew, so that the next writing repairs what others have changed. */
  refresh(): void {
    this.policy.refresh();
    for (const number of this.forms.keys()) this.stale.add(number);
  }
}
