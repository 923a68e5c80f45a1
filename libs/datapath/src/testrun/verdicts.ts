import type { BpfMap, BpfProgram, Native, RingBuffer } from '@sluice/native';
import {
  classesCodec,
  configCodec,
  decodeFlowEvent,
  endpointsCodec,
  hostCodec,
  interfacesCodec,
  ipcacheCodec,
} from '../codecs.js';
import { EpochCounter } from '../epoch.js';
import { DatapathError } from '../errors.js';
import { splitRecords } from '../events.js';
import {
  ConfigFlag,
  EndpointFlag,
  IpcacheFlag,
  ReservedIdentity,
  Verdict,
  type EndpointEntry,
  type FlowEvent,
  type IpcacheEntry,
} from '../model.js';
import { PolicyMaps } from '../policy-maps.js';
import { TypedMap } from '../typed-map.js';
import { loadUnpinned, type UnpinnedObjects } from './objects.js';
import { packet, type Family } from './packets.js';

/** One packet that opens a connection, seen from the end whose policy is asked. */
export interface PolicyQuestion {
  /** Whose policy: its identity; 1 is the node itself. */
  readonly subject: number;
  /** The class whose map was put for it. */
  readonly policyClass: number;
  readonly peer: number;
  readonly family: Family;
  readonly direction: 'egress' | 'ingress';
  /** IANA number. */
  readonly protocol: number;
  /** Of the destination; ICMP: type << 8 | code. */
  readonly port: number;
  /** Both ends are this very workload. */
  readonly self: boolean;
}

/** What the program did with the packet, and the cookie of what decided it; null: the workload itself, no policy was asked. */
export interface PolicyVerdict {
  readonly allowed: boolean;
  readonly cookie: number | null;
}

const LOOPBACK = 1;
const SHOT = 2;
const HOST_MARK = 0x00510000;
const SUBJECT = { 4: '198.18.64.2', 6: 'fd00:198:1::2', mac: '02:00:00:00:00:02' } as const;
const GATEWAY = { 4: '198.18.64.1', 6: 'fd00:198:1::1', mac: '02:00:00:00:00:01' } as const;
const NODE = { 4: '198.18.0.1', 6: 'fd00:198::1' } as const;
/** Two peers, so that no packet of one direction is an answer to a question of the other. */
const PEER = {
  egress: { 4: '198.18.65.2', 6: 'fd00:198:1:1::2' },
  ingress: { 4: '198.18.65.3', 6: 'fd00:198:1:1::3' },
} as const;
/** Behind which nobody is: there is no tunnel. */
const TUNNEL = '198.18.0.2';

/** enum sluice_reason: what a policy says. Everything else is a drop before any policy is asked, or after it. */
const BY_POLICY: ReadonlySet<number> = new Set([1, 2]);
const NO_TUNNEL = 25;
const EVENT_STAGED = 3;

/** Offsets in struct __sk_buff (include/uapi/linux/bpf.h), and its size as far as it goes here. */
const MARK_OFFSET = 8;
const INGRESS_IFINDEX_OFFSET = 36;
const CONTEXT_SIZE = 192;

const FIRST_PORT = 1_025;
const LAST_PORT = 65_000;
/** The programs tell at most 4,096 drops a second and CPU; the count starts anew before that. */
const DROPS_TOLD = 4_000;

type Route = 'from_endpoint' | 'to_endpoint' | 'from_host' | 'to_host';

/** By which program a packet like this passes. What the node sends to itself meets none: its map is asked by a workload's. */
function routeOf({ subject, peer, direction }: PolicyQuestion): Route {
  const host = subject === ReservedIdentity.host && peer !== ReservedIdentity.host;
  if (direction === 'egress') return host ? 'from_host' : 'from_endpoint';
  return host ? 'to_host' : 'to_endpoint';
}

function contextOf(mark: number, ingressIfindex: number): Buffer {
  const context = Buffer.alloc(CONTEXT_SIZE);
  context.writeUInt32LE(mark, MARK_OFFSET);
  context.writeUInt32LE(ingressIfindex, INGRESS_IFINDEX_OFFSET);
  return context;
}

function endpointOf(identity: number, policyClass: number): EndpointEntry {
  return {
    ifindex: LOOPBACK,
    // Nobody's: connections without an answer are not counted, however many questions are asked.
    endpointId: 0,
    identity,
    policyClass,
    flags: EndpointFlag.ready,
    mac: SUBJECT.mac,
    hostMac: GATEWAY.mac,
  };
}

/**
 * Asks the data path's own programs what policy maps say, a packet for each question, on the kernel that this process runs on.
 * Programs and maps are this process's alone: nothing is pinned or attached, no packet leaves.
 */
export class VerdictBench implements Disposable {
  /** The maps to be asked; a class is put before questions to it. */
  readonly policy: PolicyMaps;
  readonly #programs: Readonly<Record<Route, BpfProgram>>;
  readonly #interfaces;
  readonly #endpoints;
  readonly #ipcache;
  readonly #host;
  readonly #events: RingBuffer;
  /** What the maps hold for the last questions, so that only what differs is written. */
  #subject = '';
  readonly #peers = new Map<string, number>();
  #local = false;
  #port = FIRST_PORT;
  #drops = 0;

  private constructor(
    native: Native,
    private readonly objects: UnpinnedObjects,
    private readonly epochs: EpochCounter,
  ) {
    const { endpoint, host } = objects;
    this.#programs = {
      from_endpoint: endpoint.program('from_endpoint'),
      to_endpoint: endpoint.program('to_endpoint'),
      from_host: host.program('from_host'),
      to_host: host.program('to_host'),
    };
    this.#interfaces = new TypedMap(endpoint.map('interfaces'), interfacesCodec);
    this.#endpoints = new TypedMap(endpoint.map('endpoints'), endpointsCodec);
    this.#ipcache = new TypedMap(endpoint.map('ipcache'), ipcacheCodec);
    this.#host = new TypedMap(endpoint.map('host'), hostCodec);
    const classes = new TypedMap(endpoint.map('policy_classes'), classesCodec);
    this.policy = PolicyMaps.open(
      native,
      endpoint.map('policy'),
      classes,
      epochs,
      ({ message }) => {
        throw new DatapathError('MAP_FULL', message);
      },
      16_384,
    );
    this.#events = native.openRingBuffer(endpoint.map('events'));
  }

  /** Loads the objects of `bpfDir`. Throws DatapathError: RIGHTS, LOAD or LAYOUT. */
  static open(native: Native, bpfDir: string): VerdictBench {
    const objects = loadUnpinned(native, bpfDir);
    try {
      const epochs = EpochCounter.unpinned(native);
      const bench = new VerdictBench(native, objects, epochs);
      bench.#configure();
      return bench;
    } catch (error) {
      objects[Symbol.dispose]();
      throw error;
    }
  }

  #configure(): void {
    new TypedMap(this.objects.endpoint.map('config'), configCodec).set(0, {
      flags: ConfigFlag.flows,
      vxlanIfindex: 0,
      underlayIfindex: 0,
      // No port is the tunnel's: what policies say of every port is asked.
      tunnelPort: 0,
      node4: NODE[4],
      node6: NODE[6],
      tcpEstablished: 3_600,
      tcpSyn: 3_600,
      tcpClosing: 3_600,
      other: 3_600,
      hostMark: HOST_MARK,
      hostMarkMask: 0x00ff0000,
      flowSample: 1,
      mtu: 0,
    });
  }

  /**
   * What the kernel makes of this packet. Throws DatapathError UNASKED where the programs decide about such a packet without a
   * policy: ICMP errors, neighbour discovery and what nobody may send.
   */
  ask(question: PolicyQuestion): PolicyVerdict {
    this.#refreshCounts();
    const route = routeOf(question);
    this.#become(question, route);
    const other = this.#peer(question);
    this.#isLocal(question.self);
    const context = this.#contextFor(question, route);
    const { retval } = this.#programs[route].testRun({
      data: this.#packetFor(question, route, other),
      context,
    });
    const { data, count } = this.#events.drain();
    const told = splitRecords(data, count)
      .map(decodeFlowEvent)
      .filter((e) => e.type !== EVENT_STAGED);
    return decided(question, retval !== SHOT, told);
  }

  /** Who asks: a workload behind an interface, or the node. */
  #become({ subject, policyClass }: PolicyQuestion, route: Route): void {
    const key = `${route.endsWith('host') ? 'host' : 'endpoint'} ${subject} ${policyClass}`;
    if (key === this.#subject) return;
    const endpoint = endpointOf(subject, policyClass);
    const host = route.endsWith('host');
    // A host without a policy of its own is asked nothing when workloads are.
    this.#host.set(0, host ? endpoint : { ...endpoint, flags: 0 });
    if (!host)
      this.#interfaces.set(LOOPBACK, {
        address4: SUBJECT[4],
        address6: SUBJECT[6],
        gateway4: GATEWAY[4],
        gateway6: GATEWAY[6],
        endpoint,
      });
    this.#subject = key;
  }

  /** The peer's address, which from now on has its identity. */
  #peer({ peer, direction, family, self }: PolicyQuestion): string {
    if (self) return SUBJECT[family];
    const address = PEER[direction][family];
    if (this.#peers.get(address) === peer) return address;
    const entry: IpcacheEntry = { identity: peer, flags: 0, tunnel: null, encryptKey: 0 };
    // An address that nobody has is refused at once, unless another node answers for it: then the policy is asked first, and
    // what it allows goes nowhere.
    const unknown = direction === 'egress' && peer === ReservedIdentity.unknown;
    this.#ipcache.set(
      `${address}/${family === 4 ? 32 : 128}`,
      unknown ? { ...entry, flags: IpcacheFlag.tunnel, tunnel: TUNNEL } : entry,
    );
    this.#peers.set(address, peer);
    return address;
  }

  /** Whether the subject's own addresses are known as a local workload's: only then does it reach itself. */
  #isLocal(local: boolean): void {
    if (local === this.#local && !local) return;
    const { endpoint } = this.#interfaces.get(LOOPBACK)!;
    for (const family of [4, 6] as const)
      if (local) this.#endpoints.set(SUBJECT[family], endpoint);
      else this.#endpoints.delete(SUBJECT[family]);
    this.#local = local;
  }

  #contextFor({ peer, self }: PolicyQuestion, route: Route): Buffer {
    if (route === 'from_host' || (route === 'to_endpoint' && peer === ReservedIdentity.host))
      return contextOf(HOST_MARK, 0);
    return contextOf(0, self && route === 'to_endpoint' ? LOOPBACK : 0);
  }

  #packetFor({ family, direction, protocol, port }: PolicyQuestion, route: Route, other: string): Buffer {
    const own = route.endsWith('host') ? NODE[family] : SUBJECT[family];
    const [source, destination] = direction === 'egress' ? [own, other] : [other, own];
    const [sourceMac, destinationMac] =
      direction === 'egress' ? [SUBJECT.mac, GATEWAY.mac] : [GATEWAY.mac, SUBJECT.mac];
    return packet({
      sourceMac,
      destinationMac,
      source,
      destination,
      family,
      protocol,
      port,
      sourcePort: this.#freshPort(),
    });
  }

  /** A source port that no remembered connection has: each packet is a question anew. */
  #freshPort(): number {
    if (this.#port > LAST_PORT) {
      for (const name of ['ct4', 'ct6']) clear(this.objects.endpoint.map(name));
      this.#port = FIRST_PORT;
    }
    return this.#port++;
  }

  /** Lets the programs tell each drop. */
  #refreshCounts(): void {
    if (this.#drops++ % DROPS_TOLD !== 0) return;
    for (const object of [this.objects.endpoint, this.objects.host]) {
      const limit = object.map('drop_limit');
      limit.update(Buffer.alloc(limit.keySize), Buffer.alloc(limit.valueSize * limit.cpus));
    }
  }

  [Symbol.dispose](): void {
    this.#events[Symbol.dispose]();
    this.epochs.close();
    this.objects[Symbol.dispose]();
  }
}

/** The answer in what the program did and told; UNASKED where it told of no policy. */
function decided(question: PolicyQuestion, passed: boolean, told: readonly FlowEvent[]): PolicyVerdict {
  if (question.self && passed && told.length === 0) return { allowed: true, cookie: null };
  const [event, after] = told;
  if (event && event.cookie !== 0) {
    const { cookie, verdict, reason } = event;
    if (verdict === Verdict.allow && (passed ? !after : leadsNowhere(question, told)))
      return { allowed: true, cookie };
    if (verdict === Verdict.deny && !passed && !after && BY_POLICY.has(reason))
      return { allowed: false, cookie };
  }
  const last = after ?? event;
  const how = !passed && last ? `it drops them for reason ${last.reason}` : 'it tells of no policy';
  throw new DatapathError('UNASKED', `the data path asks no policy about ${nameOf(question)}: ${how}`);
}

/** The policy allowed it, and then there was no way to an address that nobody has. */
function leadsNowhere(
  { peer, direction }: PolicyQuestion,
  [, after, ...more]: readonly FlowEvent[],
): boolean {
  const unknown = direction === 'egress' && peer === ReservedIdentity.unknown;
  return unknown && after?.reason === NO_TUNNEL && more.length === 0;
}

function nameOf({ protocol, port, family }: PolicyQuestion): string {
  if (protocol === 1 || protocol === 58) return `${protocol === 1 ? 'ICMP' : 'ICMPv6'} type ${port >> 8}`;
  return `IPv${family} packets of protocol ${protocol} to port ${port}`;
}

function clear(map: BpfMap): void {
  const { keys, count } = map.entries();
  if (count > 0) map.deleteBatch(keys);
}
