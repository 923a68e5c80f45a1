/** A data path of its own on a private bpffs, and one workload on the loopback's index: nothing is attached, nothing is sent. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigFlag, Datapath, EndpointFlag, formatAddress, type DatapathConfig } from '@sluice/datapath';
import { native, type BpfMap, type BpfObject, type BpfProgram } from '@sluice/native';
import { packet, type Family, type PacketSpec } from './packets.js';

export const LOOPBACK = 1;
export const WORKLOAD = { 4: '198.18.64.2', 6: 'fd00:198:1::2', mac: '02:00:00:00:00:02' } as const;
export const GATEWAY = { 4: '198.18.64.1', 6: 'fd00:198:1::1', mac: '02:00:00:00:00:01' } as const;
export const PEER = { 4: '198.18.65.2', 6: 'fd00:198:1:1::2' } as const;
export const NODE = { 4: '198.18.0.1', 6: 'fd00:198::1' } as const;
export const HOST_MARK = 0x00510000;
export const TUNNEL_PORT = 8473;
export const SHOT = 2;
export const REDIRECT = 7;
/** The harness itself could not do what it was asked for. */
const HARNESS_FAILED = 99;
/** enum harness_order: the second run on the packet reads what the first has ordered. */
const RUN_THEN_READ = 1;

/** Offsets in struct __sk_buff (include/uapi/linux/bpf.h), and its size as far as it goes here. */
const MARK_OFFSET = 8;
const INGRESS_IFINDEX_OFFSET = 36;
const GSO_SIZE_OFFSET = 176;
const CONTEXT_SIZE = 192;

const SIZES = { ct4: 65536, ct6: 65536, ipcache: 1024, policy: 1024, policy_classes: 1024 };

export const CONFIG: DatapathConfig = {
  flags: ConfigFlag.flows,
  vxlanIfindex: 0,
  underlayIfindex: 0,
  tunnelPort: TUNNEL_PORT,
  node4: NODE[4],
  node6: NODE[6],
  tcpEstablished: 3600,
  tcpSyn: 30,
  tcpClosing: 10,
  other: 30,
  hostMark: HOST_MARK,
  hostMarkMask: 0x00ff0000,
  flowSample: 1,
  mtu: 0,
};

const OBJECT_OF = {
  from_endpoint: 'endpoint',
  to_endpoint: 'endpoint',
  from_overlay: 'overlay',
  to_overlay: 'overlay',
  to_host: 'host',
  from_host: 'host',
} as const;
export type ProgramName = keyof typeof OBJECT_OF;
/** The place of a program in the harness's array is its place here. */
export const PROGRAMS = Object.keys(OBJECT_OF) as readonly ProgramName[];

/** An outer header that a program has ordered. */
export interface TunnelKey {
  readonly source: string;
  readonly destination: string;
  readonly vni: number;
}

/** What stands beside a packet's bytes. */
export interface Beside {
  readonly mark?: number;
  /** The interface that it came in by; 0: it was made on this host. */
  readonly ingressIfindex?: number;
  /** The outer header that VXLAN took off. */
  readonly outer?: { readonly family: Family; readonly source: Buffer; readonly vni: number };
  /** The VLAN tag that the hardware took off. */
  readonly vlan?: number;
  /** It is to be cut into segments with so much payload each. */
  readonly gsoSize?: number;
}

export interface RunResult {
  readonly verdict: number;
  /** The packet as the program left it. */
  readonly data: Buffer;
  readonly mark: number;
}

/** struct __sk_buff as far as BPF_PROG_TEST_RUN takes it. */
function contextOf({ mark = 0, ingressIfindex = 0, gsoSize = 0 }: Beside): Buffer {
  const context = Buffer.alloc(CONTEXT_SIZE);
  context.writeUInt32LE(mark, MARK_OFFSET);
  context.writeUInt32LE(ingressIfindex, INGRESS_IFINDEX_OFFSET);
  context.writeUInt32LE(gsoSize, GSO_SIZE_OFFSET);
  return context;
}

export class ProgramBench implements Disposable {
  readonly datapath: Datapath;
  private readonly folder = mkdtempSync(join(tmpdir(), 'sluice-bpf-'));
  /** SLUICE_BPF_BUILD: other objects than those of this tree, to see a test fail. */
  private readonly bpfDir = process.env['SLUICE_BPF_BUILD'] ?? join(import.meta.dirname, '../build');
  private readonly objects = new Map<string, BpfObject>();
  private readonly maps = new Map<string, BpfMap>();
  private ports = 0;

  constructor() {
    try {
      this.datapath = this.open();
    } catch (error) {
      this.removeFolder(); // nobody can dispose of what was not made
      throw error;
    }
    this.datapath.config = CONFIG;
  }

  private open(): Datapath {
    return Datapath.open({
      native,
      bpffs: join(this.folder, 'bpf'),
      instance: 'test',
      bpfDir: this.bpfDir,
      attach: 'auto',
      sizes: SIZES,
      onAlarm: ({ message }) => {
        throw new Error(message);
      },
    });
  }

  private removeFolder(): void {
    const mount = join(this.folder, 'bpf');
    if (existsSync(mount)) execFileSync('umount', [mount]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Makes the workload be of this identity, with the policy class of the same number. */
  become(identity: number, flags: number = EndpointFlag.ready): void {
    const endpoint = {
      ifindex: LOOPBACK,
      // Nobody's: what has no answer is not counted, however many packets a test sends.
      endpointId: 0,
      identity,
      policyClass: identity,
      flags,
      mac: WORKLOAD.mac,
      hostMac: GATEWAY.mac,
    };
    this.datapath.interfaces.set(LOOPBACK, {
      address4: WORKLOAD[4],
      address6: WORKLOAD[6],
      gateway4: GATEWAY[4],
      gateway6: GATEWAY[6],
      endpoint,
    });
  }

  /** A source port that no living connection of this bench has. */
  freshPort(): number {
    this.ports += 1;
    if (this.ports > 60_000) {
      this.forget('ct4', 'ct6');
      this.ports = 1;
    }
    return this.ports + 1_024;
  }

  /** A pinned map, raw. */
  map(name: string): BpfMap {
    let map = this.maps.get(name);
    if (!map) this.maps.set(name, (map = native.openPinnedMap(join(this.datapath.pins, name))));
    return map;
  }

  /** Empties pinned maps. */
  forget(...names: readonly string[]): void {
    for (const name of names) {
      const { keys, count } = this.map(name).entries();
      if (count > 0) this.map(name).deleteBatch(keys);
    }
  }

  /** Runs a program on a packet with a mark; what it returned. */
  run(program: ProgramName, data: Buffer, mark = 0): number {
    return this.test(program, data, { mark }).verdict;
  }

  /** Runs a program on a packet. Throws where the harness could not give the packet what stands beside it. */
  test(program: ProgramName, data: Buffer, beside: Beside = {}): RunResult {
    const context = contextOf(beside);
    const { retval, ...result } = this.entry(program, beside).testRun({ data, context });
    if (retval === HARNESS_FAILED) throw new Error(`the harness of ${program} failed`);
    return { verdict: retval, data: result.data, mark: result.context!.readUInt32LE(MARK_OFFSET) };
  }

  /** The outer header that a program orders for a packet; null where it orders none. */
  tunnelKey(program: ProgramName, data: Buffer, beside: Beside = {}): TunnelKey | null {
    const harness = this.harness();
    this.set(program, beside, RUN_THEN_READ);
    const context = contextOf(beside);
    const { retval } = harness.program('overlay_harness').testRun({ data, context, repeat: 2 });
    if (retval === HARNESS_FAILED) throw new Error(`the harness of ${program} failed`);
    const key = harness.map('harness_key').get(Buffer.alloc(4))!;
    const family = key.readUInt32LE(32);
    if (family !== 4 && family !== 6) return null;
    const [source, destination] = [key.subarray(0, 16), key.subarray(16, 32)].map((bytes) =>
      formatAddress(family, bytes),
    );
    return { source: source!, destination: destination!, vni: key.readUInt32LE(36) };
  }

  /** The program itself, or the harness in front of it where there is something to be put beside the packet. */
  private entry(program: ProgramName, beside: Beside): BpfProgram {
    if (!beside.outer && !beside.vlan) return this.object(OBJECT_OF[program]).program(program);
    this.set(program, beside, 0);
    return this.harness().program('overlay_harness');
  }

  /** What the harness shall do: struct harness_setting. */
  private set(program: ProgramName, { outer, vlan = 0 }: Beside, order: number): void {
    const setting = Buffer.alloc(36);
    outer?.source.copy(setting);
    [outer?.family ?? 0, outer?.vni ?? 0, vlan, PROGRAMS.indexOf(program), order].forEach((value, i) =>
      setting.writeUInt32LE(value, 16 + i * 4),
    );
    this.harness().map('harness_setting').update(Buffer.alloc(4), setting);
  }

  private harness(): BpfObject {
    const there = this.objects.get('overlay_harness');
    if (there) return there;
    const harness = this.object('overlay_harness');
    const next = harness.map('harness_next');
    PROGRAMS.forEach((name, index) => {
      const [key, fd] = [Buffer.alloc(4), Buffer.alloc(4)];
      key.writeUInt32LE(index);
      fd.writeInt32LE(this.object(OBJECT_OF[name]).program(name).fd);
      next.update(key, fd);
    });
    return harness;
  }

  /** The same pinned maps as the data path's: what that writes is what these programs read. */
  private object(name: string): BpfObject {
    let object = this.objects.get(name);
    if (!object) {
      const options = { pinPath: this.datapath.pins, maxEntries: name === 'overlay_harness' ? {} : SIZES };
      object = native.loadObject(join(this.bpfDir, `${name}.bpf.o`), options);
      this.objects.set(name, object);
    }
    return object;
  }

  /** What the workload sends. True where it passes. */
  sends(
    spec: Pick<PacketSpec, 'family' | 'protocol' | 'sourcePort' | 'port'> & Partial<PacketSpec>,
  ): boolean {
    const { family } = spec;
    const macs = { sourceMac: WORKLOAD.mac, destinationMac: GATEWAY.mac };
    return (
      this.run(
        'from_endpoint',
        packet({ ...macs, source: WORKLOAD[family], destination: PEER[family], ...spec }),
      ) !== SHOT
    );
  }

  /** What the stack delivers to the workload. True where it passes. */
  receives(
    spec: Pick<PacketSpec, 'family' | 'protocol' | 'sourcePort' | 'port'> & Partial<PacketSpec>,
    mark = 0,
  ): boolean {
    const { family } = spec;
    const macs = { sourceMac: GATEWAY.mac, destinationMac: WORKLOAD.mac };
    return (
      this.run(
        'to_endpoint',
        packet({ ...macs, source: PEER[family], destination: WORKLOAD[family], ...spec }),
        mark,
      ) !== SHOT
    );
  }

  [Symbol.dispose](): void {
    for (const map of this.maps.values()) map[Symbol.dispose]();
    for (const object of this.objects.values()) object[Symbol.dispose]();
    this.datapath[Symbol.dispose]();
    this.removeFolder();
  }
}
