import { CIDR_FLAG, EndpointFlag, policyCodec, type PolicyEntry } from '@sluice/datapath';
import { hashLabels } from '@sluice/labels';
import { type PolicyMapEntry, PolicyTable, type Provenance, provenanceKey, type Query } from '@sluice/policy';
import type { LocalEndpoint } from '../endpoints/manager.js';
import type { EndpointRecord } from '../endpoints/record.js';
import { PolicyEngine } from '../kernel/engine.js';
import { Realizer, type RealizeResult } from '../kernel/realizer.js';
import { CidrIdentities } from '../world/cidrs.js';
import { PrefixSet } from '../world/prefixes.js';
import type { SharedState } from '../world/state.js';
import { MemoryKernel } from './memory.js';

/** A packet between a local workload and somebody, as far as this node judges it. */
export interface Packet extends Omit<Query, 'peer'> {
  readonly local: string;
  readonly peer: string;
}

/** What a node's maps say, with nothing in it that two nodes may have otherwise: numbers of their own by what they stand for. */
export interface View {
  readonly ipcache: readonly string[];
  readonly endpoints: readonly string[];
  readonly interfaces: readonly string[];
  readonly host: string;
  /** Classes in the kernel that no endpoint and not the host has. */
  readonly stray: readonly number[];
}

/** The realizer of one node over maps in memory. */
export class MemoryNode {
  readonly kernel = new MemoryKernel();
  readonly engine = new PolicyEngine();
  readonly cidrs = new CidrIdentities();
  readonly locals: LocalEndpoint[] = [];
  readonly realizer: Realizer;
  private readonly cookies = new Map<string, number>();
  private readonly provenances = new Map<number, string>();

  constructor(readonly name = 'node-1') {
    const infrastructure = [{ address: '198.18.0.9', port: 2379, protocol: 6 }];
    this.realizer = new Realizer({
      node: name,
      ownAddresses: ['198.18.0.1'],
      datapath: this.kernel.datapath,
      engine: this.engine,
      cookies: { assign: (all) => all.map((one) => this.cookieOf(one)), retain: () => undefined },
      cidrs: this.cidrs,
      assigned: (labels, state) => {
        const id = state.identityOf.get(hashLabels(labels));
        return id !== undefined && state.identities.has(id) ? id : null;
      },
      infrastructure: () => infrastructure,
      onAlarm: () => undefined,
      now: () => 0,
    });
  }

  pass(state: SharedState): RealizeResult {
    return this.realizer.realize(state, this.locals);
  }

  add(record: EndpointRecord): void {
    this.locals.push({ record, ifindex: 10 + record.id, identity: null, ready: false });
  }

  remove(id: number): void {
    const at = this.locals.findIndex(({ record }) => record.id === id);
    const [local] = this.locals.splice(at, 1);
    const { endpoints, interfaces } = this.kernel.datapath;
    interfaces.delete(local!.ifindex);
    endpoints.delete(local!.record.address4!);
  }

  view(): View {
    const { ipcache, endpoints, interfaces, host } = this.kernel.datapath;
    const judge = host.get(0);
    const all = endpoints.entries();
    const used = new Set(all.map(([, { policyClass }]) => policyClass));
    if (judge?.flags) used.add(judge.policyClass);
    return {
      ipcache: ipcache.entries().map(([prefix, e]) => `${prefix} ${this.nameOf(e.identity)} ${e.flags} ${e.tunnel}`).sort(), // prettier-ignore
      endpoints: all.map(([address, e]) => `${address} ${e.endpointId} ${e.identity} ${e.flags}\n${this.classText(e.policyClass)}`).sort(), // prettier-ignore
      interfaces: interfaces.entries().map(([index, { endpoint: e }]) => `${index} ${e.endpointId} ${e.identity} ${e.flags}`).sort(), // prettier-ignore
      host: judge ? `${judge.flags}\n${judge.flags ? this.classText(judge.policyClass) : ''}` : '',
      stray: this.kernel.classes.entries().flatMap(([number]) => (used.has(number) ? [] : [number])),
    };
  }

  /** Whether packets pass by what the maps hold at this moment. */
  verdicts(packets: readonly Packet[]): boolean[] {
    if (packets.length === 0) return [];
    const { endpoints, ipcache } = this.kernel.datapath;
    const tables = new Map<string, PolicyTable | null>();
    for (const [address, { flags, policyClass }] of endpoints.entries())
      if (flags & EndpointFlag.ready)
        tables.set(address, new PolicyTable(this.entriesOf(policyClass).map(asResolved)));
    const identities = new Map(ipcache.entries().map(([prefix, { identity }]) => [prefix, identity]));
    const prefixes = new PrefixSet();
    for (const prefix of identities.keys()) prefixes.add(prefix);
    const identityOf = (address: string): number =>
      identities.get(prefixes.covering(address)[0] ?? '') ?? (address.includes(':') ? WORLD6 : WORLD4);
    const peers = new Map(
      [...new Set(packets.map(({ peer }) => peer))].map((peer) => [peer, identityOf(peer)]),
    );
    return packets.map(
      ({ local, peer, ...query }) =>
        tables.get(local)?.find({ ...query, peer: peers.get(peer)! })?.deny === false,
    );
  }

  /** What the kernel, not the process, has of a class. */
  private entriesOf(policyClass: number): PolicyEntry[] {
    const element = this.kernel.classes.get(policyClass);
    return element ? this.inSlot(element.slot) : [];
  }

  private inSlot(slot: number): PolicyEntry[] {
    const { keys, values, count } = this.kernel.slot(slot).entries();
    const [k, v] = [keys.length / count, values.length / count];
    return Array.from({ length: count }, (_, i) =>
      policyCodec.decode(keys.subarray(i * k, (i + 1) * k), values.subarray(i * v, (i + 1) * v)),
    );
  }

  private classText(policyClass: number): string {
    const element = this.kernel.classes.get(policyClass);
    if (!element) return 'no class';
    const half = (slot: number, defaults: readonly [number, number]): string =>
      [...defaults.map((cookie) => this.provenances.get(cookie)), ...this.inSlot(slot).map((e) => this.text(e)).sort()].join('\n'); // prettier-ignore
    const { flags, slot, defaultCookies, stagedSlot, stagedDefaultCookies } = element;
    const staged = flags & 2 ? half(stagedSlot, stagedDefaultCookies) : '';
    return `flags ${flags}\n${half(slot, defaultCookies)}\nstaged ${staged}`;
  }

  private text(e: PolicyEntry): string {
    const what = `${e.protocol} ${e.port}/${e.portBits} ${e.deny ? 'deny' : 'allow'} ${e.precedence}`;
    return `${e.direction} ${this.nameOf(e.identity)} ${what} ${this.provenances.get(e.cookie)}`;
  }

  private nameOf(identity: number): string {
    return identity & CIDR_FLAG ? `cidr ${this.cidrs.prefix(identity)}` : String(identity);
  }

  private cookieOf(provenance: Provenance): number {
    const key = provenanceKey(provenance);
    const cookie = this.cookies.get(key) ?? this.cookies.size + 1;
    this.cookies.set(key, cookie);
    this.provenances.set(cookie, key);
    return cookie;
  }
}

const WORLD4 = 9;
const WORLD6 = 10;

const NONE: Provenance = { type: 'default', reason: 'default-deny', isolating: [] };
const asResolved = (entry: PolicyEntry): PolicyMapEntry => ({ ...entry, provenance: NONE });
