import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AttachMode, BpfMap, BpfObject, BpfProgram, Native } from '@sluice/native';
import { Attachments } from './attachments.js';
import { BreakGlass } from './break-glass.js';
import {
  classesCodec,
  configCodec,
  endpointsCodec,
  hostCodec,
  infrastructureCodec,
  interfacesCodec,
  ipcacheCodec,
} from './codecs.js';
import { connectionRows, type DumpRow, metricRows, type MetricRow, plain } from './dump.js';
import { EpochCounter } from './epoch.js';
import { type Alarm, DatapathError } from './errors.js';
import { EventReader } from './events.js';
import { SLUICE_LAYOUT_VERSION } from './generated/layout.js';
import { ownDescription } from './takeover/description.js';
import { LayoutFolder, Phase, PHASE_MASK } from './takeover/folder.js';
import { replaced, settle, Takeover } from './takeover/takeover.js';
import type {
  DatapathConfig,
  EndpointEntry,
  InfrastructureEntry,
  InterfaceEntry,
  IpcacheEntry,
  PolicyClassEntry,
} from './model.js';
import { PolicyMaps } from './policy-maps.js';
import { TypedMap } from './typed-map.js';

/** The layout version of bpf/lib/types.h; part of the pin path. */
export const LAYOUT_VERSION = SLUICE_LAYOUT_VERSION;
const DEFAULT_CEILING = 16384;

export interface DatapathOptions {
  readonly native: Native;
  /** Where bpffs is, or is to be, mounted. */
  readonly bpffs: string;
  readonly instance: string;
  /** Folder of endpoint.bpf.o, overlay.bpf.o and host.bpf.o. */
  readonly bpfDir: string;
  readonly attach: AttachMode | 'auto';
  /** max_entries by map name; fixed for the life of an instance. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Most entries of one policy class; default 16384. */
  readonly policyCeiling?: number;
  readonly onAlarm: (alarm: Alarm) => void;
}

const OBJECTS = { endpoint: 'endpoint.bpf.o', overlay: 'overlay.bpf.o', host: 'host.bpf.o' } as const;
type ObjectName = keyof typeof OBJECTS;

/** Maps that `dump` knows. */
export const DUMPS = [
  'endpoints',
  'interfaces',
  'ipcache',
  'policy',
  'classes',
  'ct',
  'metrics',
  'config',
] as const;
export type DumpName = (typeof DUMPS)[number];

/**
 * The data path of one node. Opening loads the programs over the maps that are pinned, so a restarted agent takes over what
 * its predecessor left; disposing leaves maps, links and programs in place: packets go on.
 */
export class Datapath implements Disposable {
  readonly endpoints: TypedMap<string, EndpointEntry>;
  readonly interfaces: TypedMap<number, InterfaceEntry>;
  readonly ipcache: TypedMap<string, IpcacheEntry>;
  readonly policy: PolicyMaps;
  readonly attachments: Attachments;
  /** The node itself: its policy is asked only while the flag `ready` is set. */
  readonly host: TypedMap<number, EndpointEntry>;
  readonly infrastructure: TypedMap<InfrastructureEntry, number>;
  /** Suspends enforcement on this node alone. */
  readonly breakGlass: BreakGlass;
  private readonly classes: TypedMap<number, PolicyClassEntry>;
  private readonly configMap: TypedMap<number, DatapathConfig>;
  private reader: EventReader | null = null;
  private takeover: Takeover | null = null;

  private constructor(
    private readonly options: DatapathOptions,
    private readonly objects: Readonly<Record<ObjectName, BpfObject>>,
    private readonly epochs: EpochCounter,
    readonly pins: string,
  ) {
    const { native } = options;
    this.endpoints = new TypedMap(this.map('endpoints'), endpointsCodec);
    this.interfaces = new TypedMap(this.map('interfaces'), interfacesCodec);
    this.ipcache = new TypedMap(this.map('ipcache'), ipcacheCodec);
    this.host = new TypedMap(this.map('host'), hostCodec);
    this.infrastructure = new TypedMap(this.map('infrastructure'), infrastructureCodec);
    this.breakGlass = new BreakGlass(
      this.map('break_glass'),
      native,
      () => this.takeover?.breakGlass ?? null,
    );
    this.classes = new TypedMap(this.map('policy_classes'), classesCodec);
    this.configMap = new TypedMap(this.map('config'), configCodec);
    const ceiling = options.policyCeiling ?? DEFAULT_CEILING;
    this.policy = PolicyMaps.open(native, this.map('policy'), this.classes, epochs, options.onAlarm, ceiling);
    const links = join(pins, 'links');
    mkdirSync(links, { recursive: true, mode: 0o700 });
    this.attachments = new Attachments(native, links, options.attach, options.onAlarm);
  }

  /** Mounts bpffs where needed, loads, and takes over. Throws LOAD with the verifier's log in `cause`. */
  static open(options: DatapathOptions): Datapath {
    const { native, bpffs, instance, bpfDir, sizes } = options;
    native.mountBpffs(bpffs);
    const root = join(bpffs, 'sluice', instance);
    const pins = join(root, `v${LAYOUT_VERSION}`);
    const own = new LayoutFolder(native, pins, LAYOUT_VERSION);
    const links = options.attach === 'auto' ? native.features().tcx : options.attach === 'tcx';
    own.describe(ownDescription());
    const from = (links ? settle : replaced)(native, root, LAYOUT_VERSION);
    own.describe(ownDescription());
    const load = (name: ObjectName): BpfObject => {
      const path = join(bpfDir, OBJECTS[name]);
      if (!existsSync(path)) {
        throw new DatapathError('LOAD', `${path} is missing`, { hint: 'build the BPF objects: make -C bpf' });
      }
      try {
        return native.loadObject(path, { pinPath: pins, ...(sizes ? { maxEntries: sizes } : {}) });
      } catch (error) {
        throw new DatapathError('LOAD', `cannot load ${path}: ${(error as Error).message}`, { cause: error });
      }
    };
    const objects = { endpoint: load('endpoint'), overlay: load('overlay'), host: load('host') };
    const epochs = EpochCounter.open(native, join(pins, 'epoch'));
    const takeover = from && links ? Takeover.begin(native, pins, from) : null;
    if (from) epochs.raise(takeover?.epoch ?? Takeover.epochOf(from));
    if (from && !takeover) Takeover.replace(native, pins, from);
    // Who stands by for nobody decides.
    if (!takeover) own.phase = Phase.active;
    const datapath = new Datapath(options, objects, epochs, pins);
    datapath.takeover = takeover;
    return datapath;
  }

  /** The other layout whose programs and policies still hold, while ours are being made ready; null: ours hold. */
  get standsBehind(): string | null {
    return this.takeover?.name ?? null;
  }

  /** Has our programs stand by only where the other layout's are still there. Cheap; to be called now and then. */
  checkTakeover(): void {
    this.takeover?.check();
  }

  /**
   * Ours decide from now on, without a lost packet. To be called once everything is in our maps: policies, addresses, all endpoints.
   * Nothing happens where no other layout is there.
   */
  async takeOver(): Promise<void> {
    await this.takeover?.complete();
    this.takeover = null;
  }

  /** Without the bits that tell how our programs stand to another layout's: those stay as they are. */
  get config(): DatapathConfig | null {
    const config = this.configMap.get(0);
    return config && { ...config, flags: config.flags & ~PHASE_MASK };
  }

  set config(value: DatapathConfig) {
    const phase = (this.configMap.get(0)?.flags ?? 0) & PHASE_MASK;
    this.configMap.set(0, { ...value, flags: value.flags | phase });
  }

  /** The last policy epoch given out. */
  get epoch(): bigint {
    return this.epochs.current;
  }

  /** Attaches both programs of an endpoint to the host side of its veth pair. To be called before the link is up. */
  attachEndpoint(endpointId: number, ifindex: number): void {
    const name = `ep-${endpointId}`;
    const from = this.program('endpoint', 'from_endpoint');
    const to = this.program('endpoint', 'to_endpoint');
    this.attachments.attach({ name: `${name}-ingress`, ifindex, direction: 'ingress', program: from });
    this.attachments.attach({ name: `${name}-egress`, ifindex, direction: 'egress', program: to });
  }

  /** Whether both programs of an endpoint are there, as far as the last check of them told. */
  isGuarded(endpointId: number): boolean {
    const { attachments } = this;
    return attachments.isHeld(`ep-${endpointId}-ingress`) && attachments.isHeld(`ep-${endpointId}-egress`);
  }

  detachEndpoint(endpointId: number): void {
    this.attachments.detach(`ep-${endpointId}-ingress`);
    this.attachments.detach(`ep-${endpointId}-egress`);
  }

  /** Attaches to the VXLAN device: what comes from and goes to other nodes. */
  attachOverlay(ifindex: number): void {
    const from = this.program('overlay', 'from_overlay');
    const to = this.program('overlay', 'to_overlay');
    this.attachments.attach({ name: 'overlay-ingress', ifindex, direction: 'ingress', program: from });
    this.attachments.attach({ name: 'overlay-egress', ifindex, direction: 'egress', program: to });
  }

  /** Attaches to an interface of the underlay: the guard against forged sources, and the host policy in both directions. */
  attachUnderlay(ifindex: number): void {
    const to = this.program('host', 'to_host');
    const from = this.program('host', 'from_host');
    const name = `underlay-${ifindex}`;
    this.attachments.attach({ name: `${name}-ingress`, ifindex, direction: 'ingress', program: to });
    this.attachments.attach({ name: `${name}-egress`, ifindex, direction: 'egress', program: from });
  }

  /** Delivers events, still packed, until the data path is closed. One reader at a time. */
  readEvents(onRecords: (records: readonly Buffer[]) => void): void {
    this.reader?.[Symbol.dispose]();
    this.reader = new EventReader(this.options.native, this.map('events'), onRecords);
  }

  metrics(): MetricRow[] {
    return metricRows(this.map('metrics'));
  }

  /** Index of an interface in the present network namespace; null where there is none. */
  ifindex(name: string): number | null {
    return this.options.native.ifindex(name);
  }

  /** CLOCK_MONOTONIC nanoseconds: the clock of events. */
  now(): bigint {
    return this.options.native.monotonicNow();
  }

  /** Whether a name may be given to `dump`. */
  static isDump(name: string): name is DumpName {
    return (DUMPS as readonly string[]).includes(name);
  }

  /** Rows of a map as plain JSON, at most `limit`. */
  dump(name: DumpName, limit: number): { readonly rows: readonly DumpRow[]; readonly truncated: boolean } {
    const rows: DumpRow[] = [];
    for (const row of this.rows(name)) {
      if (rows.length === limit) return { rows, truncated: true };
      rows.push(row);
    }
    return { rows, truncated: false };
  }

  private *rows(name: DumpName): Iterable<DumpRow> {
    const now = this.options.native.monotonicNow();
    switch (name) {
      case 'endpoints':
        for (const [address, value] of this.endpoints.entries()) yield plain({ address, ...value });
        return;
      case 'interfaces':
        for (const [ifindex, value] of this.interfaces.entries()) yield plain({ ifindex, ...value });
        return;
      case 'ipcache':
        for (const [prefix, value] of this.ipcache.entries()) yield plain({ prefix, ...value });
        return;
      case 'classes':
        for (const [policyClass, value] of this.classes.entries()) yield plain({ policyClass, ...value });
        return;
      case 'policy':
        for (const policyClass of this.policy.known) {
          for (const entry of this.policy.entries(policyClass)) yield plain({ policyClass, ...entry });
        }
        return;
      case 'ct':
        yield* connectionRows(this.map('ct4'), 4, now);
        yield* connectionRows(this.map('ct6'), 6, now);
        return;
      case 'metrics':
        for (const row of this.metrics()) yield plain(row);
        return;
      case 'config':
        if (this.config) yield plain(this.config);
        return;
    }
  }

  /** Closes handles. The data path goes on. */
  [Symbol.dispose](): void {
    this.reader?.[Symbol.dispose]();
    this.takeover?.[Symbol.dispose]();
    this.attachments.close();
    this.epochs.close();
    for (const object of Object.values(this.objects)) object[Symbol.dispose]();
  }

  private program(object: ObjectName, name: string): BpfProgram {
    return this.objects[object].program(name);
  }

  private map(name: string): BpfMap {
    const owner = Object.values(this.objects).find((object) => object.mapNames.includes(name));
    if (!owner) throw new DatapathError('LAYOUT', `no object has a map named ${name}`);
    return owner.map(name);
  }
}
