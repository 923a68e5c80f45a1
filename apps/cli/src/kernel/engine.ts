import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatapathError, systemNative, type PolicyEntry } from '@sluice/datapath';
import { VerdictBench } from '@sluice/datapath/testrun';
import {
  resolverOf,
  UnaskableError,
  type OracleQuestion,
  type Provenance,
  type ResolvedClass,
  type Resolver,
  type SideAnswer,
  type TestEngine,
  type World,
} from '@sluice/policy';

const HOST = 1;
/** Classes that the kernel holds at a time; those asked longest ago make room. */
const CLASSES = 1_000;

/** Where the BPF objects are: beside the bundle, else where `make -C bpf` puts them. */
export function objectsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = [join(here, 'bpf'), join(here, '../../../../bpf/build')];
  return places.find((place) => existsSync(join(place, 'endpoint.bpf.o'))) ?? places[0]!;
}

/** A class in the kernel, and what its cookies stand for: cookie n is the n-th, from 1. */
interface Held {
  readonly policyClass: number;
  readonly provenances: readonly Provenance[];
}

interface Known {
  readonly resolver: Resolver;
  readonly classes: Map<string, Held>;
}

function answerOf(allowed: boolean, provenance: Provenance): SideAnswer {
  if (provenance.type === 'default') return { allowed, rule: null, reason: provenance.reason };
  const [first] = provenance.rules;
  const rule = first ? `${first.policy.kind}/${first.policy.scope}/${first.policy.name} ${first.rule}` : null;
  return { allowed, rule, reason: 'rule' };
}

/** Answers by packets through the programs of the data path, over maps compiled from each world. */
class KernelEngine implements TestEngine, Disposable {
  readonly name = 'kernel';
  readonly #worlds = new WeakMap<World, Known>();
  /** Oldest first. */
  readonly #held: { readonly known: Known; readonly key: string; readonly policyClass: number }[] = [];
  #next = 1;

  constructor(private readonly bench: VerdictBench) {}

  ask(world: World, question: OracleQuestion): SideAnswer {
    const { subject, peer, family, direction, protocol, port, self = false } = question;
    // What a node sends to itself does not leave its own stack: no program sees it.
    if (self && subject === HOST) return { allowed: true, rule: null, reason: 'self' };
    const { policyClass, provenances } = this.#classOf(world, question);
    const packet = { subject, policyClass, peer, family, direction, protocol, port, self };
    const { allowed, cookie } = this.#asked(packet);
    if (cookie === null) return { allowed, rule: null, reason: 'self' };
    const provenance = provenances[cookie - 1];
    if (!provenance) throw new Error(`the kernel told of cookie ${cookie}, which nobody gave it`);
    return answerOf(allowed, provenance);
  }

  #asked(packet: Parameters<VerdictBench['ask']>[0]): ReturnType<VerdictBench['ask']> {
    try {
      return this.bench.ask(packet);
    } catch (error) {
      if (error instanceof DatapathError && error.code === 'UNASKED')
        throw new UnaskableError(error.message, { cause: error });
      throw error;
    }
  }

  #classOf(world: World, { subject, ports }: OracleQuestion): Held {
    let known = this.#worlds.get(world);
    if (!known) this.#worlds.set(world, (known = { resolver: resolverOf(world), classes: new Map() }));
    const key = `${subject} ${ports ? JSON.stringify(ports) : ''}`;
    const held = known.classes.get(key);
    if (held) return held;
    const made = this.#put(known.resolver.resolve(subject, ports ? { ports } : {}));
    known.classes.set(key, made);
    this.#held.push({ known, key, policyClass: made.policyClass });
    if (this.#held.length > CLASSES) this.#drop();
    return made;
  }

  #put(resolved: ResolvedClass): Held {
    const policyClass = this.#next++;
    const provenances: Provenance[] = [resolved.defaults.egress, resolved.defaults.ingress];
    const entries: PolicyEntry[] = resolved.entries.map(({ provenance, ...entry }) => ({
      ...entry,
      cookie: provenances.push(provenance),
      ruleSet: 0,
      auth: 0,
    }));
    const form = { entries, defaultCookies: [1, 2] as const };
    this.bench.policy.put({ policyClass, form });
    return { policyClass, provenances };
  }

  #drop(): void {
    const oldest = this.#held.shift();
    if (!oldest) return;
    oldest.known.classes.delete(oldest.key);
    this.bench.policy.remove(oldest.policyClass);
  }

  [Symbol.dispose](): void {
    this.bench[Symbol.dispose]();
  }
}

/**
 * The kernel as the one who answers tests. Wants root, or the rights to load BPF programs. Throws DatapathError: RIGHTS without
 * them, LOAD without objects; Error where the native addon is not built.
 */
export function kernelEngine(bpfDir: string = objectsFolder()): TestEngine & Disposable {
  return new KernelEngine(VerdictBench.open(systemNative, bpfDir));
}
