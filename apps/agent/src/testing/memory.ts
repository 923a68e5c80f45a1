import {
  classesCodec,
  type Datapath,
  type EndpointEntry,
  endpointsCodec,
  EpochCounter,
  hostCodec,
  infrastructureCodec,
  type InfrastructureEntry,
  interfacesCodec,
  type InterfaceEntry,
  ipcacheCodec,
  type IpcacheEntry,
  type Native,
  type PolicyClassEntry,
  PolicyMaps,
  TypedMap,
} from '@sluice/datapath';

type BpfMap = TypedMap<never, never>['map'];
type MapSpec = Parameters<Native['createMap']>[0];

/** A map of the kernel, in memory. LPM tries are only held here, not looked up. */
class MemoryMap implements BpfMap {
  readonly fd = -1;
  readonly cpus = 1;
  readonly content = new Map<string, Buffer>();

  constructor(
    readonly id: number,
    private readonly spec: MapSpec,
    private readonly kernel: MemoryKernel,
  ) {}

  get name(): string {
    return this.spec.name;
  }
  get type(): string {
    return this.spec.type;
  }
  get keySize(): number {
    return this.spec.keySize;
  }
  get valueSize(): number {
    return this.spec.valueSize;
  }
  get maxEntries(): number {
    return this.spec.maxEntries;
  }
  get(key: Buffer): Buffer | null {
    const value = this.content.get(key.toString('latin1'));
    if (value) return Buffer.from(value);
    return this.type === 'array' ? Buffer.alloc(this.valueSize) : null;
  }
  update(key: Buffer, value: Buffer): void {
    if (key.length !== this.keySize || value.length !== this.valueSize)
      throw new Error(`${this.name}: ${key.length} and ${value.length} bytes`);
    const text = key.toString('latin1');
    if (
      !this.content.has(text) &&
      this.content.size >= Math.min(this.maxEntries, this.kernel.room(this.name))
    )
      throw Object.assign(new Error(`${this.name} is full`), { code: 'ENOSPC' });
    this.content.set(text, Buffer.from(value));
    this.kernel.wrote(this.name);
  }
  delete(key: Buffer): boolean {
    const was = this.content.delete(key.toString('latin1'));
    if (was) this.kernel.wrote(this.name);
    return was;
  }
  updateMap(key: Buffer, inner: BpfMap): void {
    const id = Buffer.alloc(4);
    id.writeUInt32LE(inner.id);
    this.content.set(key.toString('latin1'), id);
  }
  updateBatch(keys: Buffer, values: Buffer): number {
    const { keySize, valueSize } = this;
    const count = keys.length / keySize;
    for (let i = 0; i < count; i++)
      this.update(
        keys.subarray(i * keySize, (i + 1) * keySize),
        values.subarray(i * valueSize, (i + 1) * valueSize),
      );
    return count;
  }
  updateMapBatch(keys: Buffer, inners: readonly BpfMap[]): number {
    inners.forEach((inner, i) => this.updateMap(keys.subarray(i * 4, i * 4 + 4), inner));
    return inners.length;
  }
  deleteBatch(): number {
    throw new Error('not in memory');
  }
  entries(): { readonly keys: Buffer; readonly values: Buffer; readonly count: number } {
    const keys = Buffer.concat([...this.content.keys()].map((key) => Buffer.from(key, 'latin1')));
    return { keys, values: Buffer.concat([...this.content.values()]), count: this.content.size };
  }
  *iterate(): IterableIterator<{ readonly keys: Buffer; readonly values: Buffer; readonly count: number }> {
    yield this.entries();
  }
  pin(): void {
    throw new Error('not in memory');
  }
  [Symbol.dispose](): void {
    // nothing is held
  }
}

/** Room that the agent's maps have by themselves. */
const SLOTS = 4096;

/**
 * The maps of one node in memory: the same code packs, compares and writes as over the kernel's, so a whole agent can be asked
 * what it would write, and when.
 */
export class MemoryKernel {
  private readonly maps = new Map<number, MemoryMap>();
  private readonly limits = new Map<string, number>();
  /** Called after each single write to a map, with the map's name. */
  onWrite: (map: string) => void = () => undefined;
  /** Writes so far. */
  writes = 0;
  /** A moment that goes on by a second with each look, so that slots rest long enough. */
  private now = 0n;
  readonly datapath: Pick<
    Datapath,
    'endpoints' | 'interfaces' | 'ipcache' | 'policy' | 'host' | 'infrastructure'
  >;
  readonly classes: TypedMap<number, PolicyClassEntry>;
  private readonly outer: MemoryMap;

  constructor(ceiling = 16_384) {
    const native = {
      createMap: (spec: MapSpec) => this.create(spec),
      openMapById: (id: number) => this.maps.get(id)!,
      monotonicNow: () => (this.now += 1_000_000_000n),
    } as unknown as Native;
    const hash = <K, V>(name: string, codec: TypedMap<K, V>['codec']): TypedMap<K, V> => {
      const { keySize, valueSize } = codec;
      return new TypedMap(
        this.create({ name, type: 'hash', keySize, valueSize, maxEntries: 1 << 20 }),
        codec,
      );
    };
    this.outer = this.create({
      name: 'policy',
      type: 'array_of_maps',
      keySize: 4,
      valueSize: 4,
      maxEntries: SLOTS,
    });
    this.classes = hash('policy_classes', classesCodec);
    const epochs = EpochCounter.unpinned(native);
    const alarm = () => undefined;
    this.datapath = {
      endpoints: hash<string, EndpointEntry>('endpoints', endpointsCodec),
      interfaces: hash<number, InterfaceEntry>('interfaces', interfacesCodec),
      ipcache: hash<string, IpcacheEntry>('ipcache', ipcacheCodec),
      host: hash<number, EndpointEntry>('host', hostCodec),
      infrastructure: hash<InfrastructureEntry, number>('infrastructure', infrastructureCodec),
      policy: PolicyMaps.open(native, this.outer, this.classes, epochs, alarm, ceiling),
    };
  }

  /** Has a map take no more entries than these; Infinity: as it was made. */
  limit(map: string, entries: number): void {
    this.limits.set(map, entries);
  }

  room(map: string): number {
    return this.limits.get(map) ?? Infinity;
  }

  wrote(map: string): void {
    this.writes += 1;
    this.onWrite(map);
  }

  /** The inner map of a slot. */
  slot(slot: number): BpfMap {
    const key = Buffer.alloc(4);
    key.writeUInt32LE(slot);
    return this.maps.get(this.outer.get(key)!.readUInt32LE())!;
  }

  private create(spec: MapSpec): MemoryMap {
    const map = new MemoryMap(this.maps.size + 1, spec, this);
    this.maps.set(map.id, map);
    return map;
  }
}
