/** A data path of its own on a private bpffs, and one workload on the loopback's index: nothing is attached, nothing is sent. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigFlag, Datapath, EndpointFlag, type DatapathConfig } from '@sluice/datapath';
import { native, type BpfObject } from '@sluice/native';
import { packet, type PacketSpec } from './packets.js';

export const LOOPBACK = 1;
export const WORKLOAD = { 4: '198.18.64.2', 6: 'fd00:198:1::2', mac: '02:00:00:00:00:02' } as const;
export const GATEWAY = { 4: '198.18.64.1', 6: 'fd00:198:1::1', mac: '02:00:00:00:00:01' } as const;
export const PEER = { 4: '198.18.65.2', 6: 'fd00:198:1:1::2' } as const;
export const HOST_MARK = 0x00510000;
export const SHOT = 2;

/** Offset of `mark` in struct __sk_buff (include/uapi/linux/bpf.h), and its size as far as it goes here. */
const MARK_OFFSET = 8;
const CONTEXT_SIZE = 192;

const SIZES = { ct4: 65536, ct6: 65536, ipcache: 1024, policy: 1024, policy_classes: 1024 };

const CONFIG: DatapathConfig = {
  flags: ConfigFlag.flows,
  vxlanIfindex: 0,
  underlayIfindex: 0,
  tunnelPort: 8473,
  node4: '198.18.0.1',
  node6: 'fd00:198::1',
  tcpEstablished: 3600,
  tcpSyn: 30,
  tcpClosing: 10,
  other: 30,
  hostMark: HOST_MARK,
  hostMarkMask: 0x00ff0000,
  flowSample: 1,
};

export class ProgramBench implements Disposable {
  readonly datapath: Datapath;
  private readonly folder = mkdtempSync(join(tmpdir(), 'sluice-bpf-'));
  private readonly object: BpfObject;
  private ports = 0;

  constructor() {
    const bpfDir = join(import.meta.dirname, '../build');
    this.datapath = Datapath.open({
      native,
      bpffs: join(this.folder, 'bpf'),
      instance: 'test',
      bpfDir,
      attach: 'auto',
      sizes: SIZES,
      onAlarm: ({ message }) => {
        throw new Error(message);
      },
    });
    // The same pinned maps: what the data path writes is what these programs read.
    this.object = native.loadObject(join(bpfDir, 'endpoint.bpf.o'), {
      pinPath: this.datapath.pins,
      maxEntries: SIZES,
    });
    this.datapath.config = CONFIG;
  }

  /** Makes the workload be of this identity, with the policy class of the same number. */
  become(identity: number, flags: number = EndpointFlag.ready): void {
    const endpoint = {
      ifindex: LOOPBACK,
      endpointId: 1,
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
      this.forgetConnections();
      this.ports = 1;
    }
    return this.ports + 1_024;
  }

  private forgetConnections(): void {
    for (const name of ['ct4', 'ct6']) {
      using map = native.openPinnedMap(join(this.datapath.pins, name));
      map.deleteBatch(map.entries().keys);
    }
  }

  run(program: 'from_endpoint' | 'to_endpoint', data: Buffer, mark = 0): number {
    const context = Buffer.alloc(CONTEXT_SIZE);
    context.writeUInt32LE(mark, MARK_OFFSET);
    return this.object.program(program).testRun({ data, context }).retval;
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
    this.object[Symbol.dispose]();
    this.datapath[Symbol.dispose]();
    const mount = join(this.folder, 'bpf');
    if (existsSync(mount)) execFileSync('umount', [mount]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
