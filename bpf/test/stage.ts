/** The scene of most tests, always the same at the beginning of each, and what a program makes of one packet on it. */
import {
  ConfigFlag,
  decodeFlowEvent,
  EndpointFlag,
  IpcacheFlag,
  splitRecords,
  type DatapathConfig,
  type FlowEvent,
  type PolicyEntry,
} from '@sluice/datapath';
import { native, type RingBuffer } from '@sluice/native';
import {
  CONFIG,
  GATEWAY,
  HOST_MARK,
  LOOPBACK,
  NODE,
  PEER,
  ProgramBench,
  WORKLOAD,
  type Beside,
  type ProgramName,
  type RunResult,
} from './bench.js';
import { address, packet, PROTOCOL, type Family, type PacketSpec } from './packets.js';

export const SUBJECT = 300;
export const FRIEND = 301;
export const PORT = 8080;
/** Identity and policy class of the node itself. */
export const HOST = 1;
export const FAMILIES = [4, 6] as const;
/** Indexes that no test looks behind: redirects are not carried out by BPF_PROG_TEST_RUN. */
export const VXLAN = 77;
export const UNDERLAY = 78;
/** Another node of the cluster, and somebody outside. */
export const OTHER_NODE = { 4: '198.18.0.2', 6: 'fd00:198::2' } as const;
export const WORLD = { 4: '198.19.9.9', 6: 'fd00:198:ffff::9' } as const;

/** A packet, and what stands beside it. */
export interface Arrival extends Beside {
  readonly data: Buffer;
}

export interface Outcome extends RunResult {
  /** What the metrics have counted for this one packet: reason and direction (0 egress, 1 ingress). */
  readonly counted: readonly { readonly reason: number; readonly direction: number }[];
  readonly events: readonly FlowEvent[];
}

/** A policy entry: by default TCP to or from the friend at the one port. */
export function rule(over: Partial<PolicyEntry> = {}): PolicyEntry {
  return {
    identity: FRIEND,
    direction: 'egress',
    protocol: PROTOCOL.tcp,
    port: PORT,
    portBits: 16,
    deny: false,
    precedence: 1000,
    cookie: 7,
    ruleSet: 0,
    auth: 0,
    ...over,
  };
}

/** The friend may be reached at one TCP port, by UDP and by ICMP, and may reach the workload so. */
export const POLICY: readonly PolicyEntry[] = (['egress', 'ingress'] as const).flatMap((direction) => [
  rule({ direction }),
  ...[PROTOCOL.udp, PROTOCOL.icmp, PROTOCOL.icmp6].map((protocol) =>
    rule({ direction, protocol, port: 0, portBits: 0 }),
  ),
]);

const host = (text: string, family: Family) => `${text}/${family === 4 ? 32 : 128}`;

export class Stage implements Disposable {
  readonly bench = new ProgramBench();
  private readonly events: RingBuffer = native.openRingBuffer(this.bench.map('events'));

  /** As at the beginning. Programs of the overlay and of the underlay find tunnel mode, a workload's native routing. */
  reset(program: ProgramName): void {
    const { bench } = this;
    const { datapath } = bench;
    bench.forget('ct4', 'ct6', 'frag', 'endpoints', 'ipcache', 'interfaces', 'infrastructure');
    bench.map('host').update(Buffer.alloc(4), Buffer.alloc(bench.map('host').valueSize));
    bench.become(SUBJECT);
    this.policy(...POLICY);
    for (const family of FAMILIES) {
      datapath.ipcache.set(host(NODE[family], family), node(1));
      datapath.ipcache.set(host(OTHER_NODE[family], family), node(6));
    }
    if (program.endsWith('endpoint')) this.native();
    else this.tunnelled();
  }

  /** Native routing: the friend is reached through the host's stack. */
  private native(): void {
    this.configure({});
    this.peer({ flags: 0, tunnel: null });
  }

  /** VXLAN: the friend lives behind the other node, and the workload is in the map of local ones. */
  tunnelled(): void {
    this.configure({ flags: ConfigFlag.flows | ConfigFlag.tunnel, vxlanIfindex: VXLAN });
    this.peer({ flags: IpcacheFlag.tunnel, tunnel: OTHER_NODE[4] });
    this.local();
  }

  configure(over: Partial<DatapathConfig>): void {
    this.bench.datapath.config = { ...CONFIG, ...over };
  }

  /** Moves the deadline of every connection into the past. */
  expireConnections(): void {
    this.expire('ct4');
    this.expire('ct6');
  }

  /** Moves the deadline of every remembered first fragment into the past. */
  expireFragments(): void {
    this.expire('frag');
  }

  /** `expires` is the first member of these values. */
  private expire(name: string): void {
    const map = this.bench.map(name);
    const { keys, values, count } = map.entries();
    for (let i = 0; i < count; i += 1) values.writeBigUInt64LE(1n, i * map.valueSize);
    if (count > 0) map.updateBatch(keys, values);
  }

  /** As before the agent has written its first configuration. */
  unconfigure(): void {
    this.bench.map('config').update(Buffer.alloc(4), Buffer.alloc(96));
  }

  policy(...entries: readonly PolicyEntry[]): void {
    this.put(SUBJECT, entries);
  }

  /** A host policy selects this node. */
  hostPolicy(...entries: readonly PolicyEntry[]): void {
    this.put(HOST, entries);
    const mac = '00:00:00:00:00:00';
    this.bench.datapath.host.set(0, {
      ifindex: 0,
      endpointId: 0,
      identity: HOST,
      policyClass: HOST,
      flags: EndpointFlag.ready,
      mac,
      hostMac: mac,
    });
  }

  private put(policyClass: number, entries: readonly PolicyEntry[]): void {
    const form = { entries, defaultCookies: [1, 2] as const };
    const { policy } = this.bench.datapath;
    policy.put({ policyClass, form });
    policy.maintain();
  }

  /** Shuts the workload's class. */
  lockdown(): void {
    try {
      this.bench.datapath.policy.lockdown(SUBJECT, [1, 2], 'a test');
    } catch {
      // The bench turns each alarm into an error; this one is wanted.
    }
  }

  /** What the cluster knows of the friend's addresses. */
  peer(over: Partial<{ identity: number; flags: number; tunnel: string | null; encryptKey: number }>): void {
    for (const family of FAMILIES) this.know(PEER[family], family, over);
  }

  /** What the cluster knows of an address. */
  know(
    text: string,
    family: Family,
    over: Partial<{ identity: number; flags: number; tunnel: string | null; encryptKey: number }>,
  ): void {
    const entry = { identity: FRIEND, flags: 0, tunnel: null, encryptKey: 0, ...over };
    this.bench.datapath.ipcache.set(host(text, family), entry);
  }

  /** Puts the workload into the map of local ones. */
  local(flags: number = EndpointFlag.ready | EndpointFlag.redirectPeer): void {
    this.bench.become(SUBJECT, flags);
    const { endpoint } = this.bench.datapath.interfaces.get(LOOPBACK)!;
    for (const family of FAMILIES) this.bench.datapath.endpoints.set(WORKLOAD[family], endpoint);
  }

  /** While the workload's interface has another workload's address; identity and policy are the same, as of two replicas. */
  asReplica(family: Family, text: string, work: () => void): void {
    const { interfaces } = this.bench.datapath;
    const value = interfaces.get(LOOPBACK)!;
    interfaces.set(LOOPBACK, { ...value, ...(family === 4 ? { address4: text } : { address6: text }) });
    work();
    interfaces.set(LOOPBACK, value);
  }

  /** One packet: what became of it, what was counted, and what was told. */
  see(program: ProgramName, { data, ...beside }: Arrival): Outcome {
    this.drain();
    const before = this.counters();
    const result = this.bench.test(program, data, beside);
    const counted = [...this.counters()]
      .filter(([key, packets]) => packets > (before.get(key) ?? 0n))
      .map(([key]) => ({ reason: key >> 1, direction: key & 1 }));
    return { ...result, counted, events: this.drain() };
  }

  /** Packets by reason * 2 + direction. */
  private counters(): Map<number, bigint> {
    const map = this.bench.map('metrics');
    const { keys, values, count } = map.entries();
    const counters = new Map<number, bigint>();
    for (let i = 0; i < count; i += 1) {
      let packets = 0n;
      for (let cpu = 0; cpu < map.cpus; cpu += 1)
        packets += values.readBigUInt64LE((i * map.cpus + cpu) * map.valueSize);
      counters.set(keys.readUInt32LE(i * 4), packets);
    }
    return counters;
  }

  private drain(): FlowEvent[] {
    const { data, count } = this.events.drain();
    return splitRecords(data, count).map(decodeFlowEvent);
  }

  [Symbol.dispose](): void {
    this.events[Symbol.dispose]();
    this.bench[Symbol.dispose]();
  }
}

const node = (identity: number) => ({ identity, flags: IpcacheFlag.node, tunnel: null, encryptKey: 0 });

type Traffic = { readonly family: Family } & Partial<PacketSpec>;
const TCP = { protocol: PROTOCOL.tcp, sourcePort: 40_000, port: PORT };

/** What the workload sends; by default a SYN that the policy allows. */
export function outgoing({ family, ...over }: Traffic): Buffer {
  const macs = { sourceMac: WORKLOAD.mac, destinationMac: GATEWAY.mac };
  return packet({ ...macs, ...TCP, family, source: WORKLOAD[family], destination: PEER[family], ...over });
}

/** What comes to the workload from the host's side; by default a SYN that the policy allows. */
export function incoming({ family, ...over }: Traffic): Buffer {
  const macs = { sourceMac: GATEWAY.mac, destinationMac: WORKLOAD.mac };
  return packet({ ...macs, ...TCP, family, source: PEER[family], destination: WORKLOAD[family], ...over });
}

/** The outer header that the other node writes. */
export function outer(
  source: string = OTHER_NODE[4],
  vni = FRIEND,
): { readonly outer: NonNullable<Beside['outer']> } {
  const family = source.includes(':') ? 6 : 4;
  return { outer: { family, source: address(source, family), vni } };
}

/** A packet that this program lets pass on the stage as it is at the beginning. */
export function welcome(program: ProgramName, family: Family): Arrival {
  switch (program) {
    case 'from_endpoint':
      return { data: outgoing({ family }) };
    case 'to_endpoint':
      return { data: incoming({ family }) };
    case 'from_overlay':
      return { data: incoming({ family }), ...outer() };
    case 'to_overlay':
      return {
        data: outgoing({ family, source: NODE[family], destination: PEER[family] }),
        mark: HOST_MARK,
      };
    case 'to_host':
      return { data: incoming({ family, source: WORLD[family], destination: NODE[family] }) };
    case 'from_host':
      return {
        data: outgoing({ family, source: NODE[family], destination: WORLD[family] }),
        mark: HOST_MARK,
      };
  }
}
