import type { ClassForm } from '@sluice/datapath';
import { IDENTITY } from '@sluice/labels';
import { resolverOf, type OracleQuestion, type ResolvedClass, type World } from '@sluice/policy';
import { HOST_MARK, PEER, type ProgramBench } from '../../bpf/test/bench.js';

/** Cookies do not matter here, only that there is one. */
function formOf({ entries }: ResolvedClass): ClassForm {
  return {
    entries: entries.map(({ provenance: _, ...entry }) => ({ ...entry, cookie: 1, ruleSet: 0, auth: 0 })),
    defaultCookies: [1, 1],
  };
}

const ECHOES: Readonly<Record<number, readonly number[]>> = { 1: [0, 8], 58: [128, 129] };
const FAMILY: Readonly<Record<number, 4 | 6>> = { 1: 4, 58: 6 };

/**
 * Whether the programs can be asked: of a workload that has a peer, and of ICMP only about echoes, because an error passes with the
 * connection that it tells about and other types are no connections.
 */
export function askable({ self, subject, protocol, port, family }: OracleQuestion): boolean {
  if (self || (subject < IDENTITY.CLUSTER_MIN && subject !== IDENTITY.INIT)) return false;
  const echoes = ECHOES[protocol];
  return !echoes || (echoes.includes(port >> 8) && FAMILY[protocol] === family);
}

/** Asks the programs with the map that the resolver makes of a world. The workload of the bench becomes the subject. */
export class Kernel {
  readonly #resolved = new WeakMap<World, Map<string, ResolvedClass>>();

  constructor(private readonly bench: ProgramBench) {}

  #classOf(world: World, { subject, ports }: OracleQuestion): ResolvedClass {
    let classes = this.#resolved.get(world);
    if (!classes) this.#resolved.set(world, (classes = new Map<string, ResolvedClass>()));
    const key = `${subject} ${JSON.stringify(ports ?? null)}`;
    let resolved = classes.get(key);
    if (!resolved) classes.set(key, (resolved = resolverOf(world).resolve(subject, ports ? { ports } : {})));
    return resolved;
  }

  /** Whether the packet passes. The peer has one address of each family; who is behind it is what the question says. */
  ask(world: World, question: OracleQuestion): boolean {
    const { bench } = this;
    const { subject, peer, family, direction, protocol, port } = question;
    bench.datapath.policy.put({
      policyClass: subject,
      form: formOf(this.#classOf(world, question)),
    });
    bench.become(subject);
    this.give(peer, family);
    const spec = { family, protocol, port, sourcePort: bench.freshPort() };
    if (direction === 'egress') return bench.sends(spec);
    return bench.receives(spec, peer === IDENTITY.HOST ? HOST_MARK : 0);
  }

  /** Gives the peer's address to an identity. */
  give(identity: number, family: 4 | 6): void {
    const prefix = `${PEER[family]}/${family === 4 ? 32 : 128}`;
    this.bench.datapath.ipcache.set(prefix, { identity, flags: 0, tunnel: null, encryptKey: 0 });
  }
}
