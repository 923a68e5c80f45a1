/**
 * What the addon offers, in types of its own. Absent is `null`, never `undefined`. Every handle is Disposable; use after
 * dispose throws `BpfError` with code `ECLOSED`, wrong buffer sizes throw code `EINVAL` naming both sizes.
 */

/** A failed kernel or libbpf call. `code` is the errno's name (`EPERM`), `operation` what was tried, `log` the verifier's log. */
export interface BpfErrorFields {
  readonly code: string;
  readonly errno: number;
  readonly operation: string;
  readonly log: string | null;
}

/** Attach points of tc. `tcx` wants Linux 6.6; `clsact` any. */
export type TcDirection = 'ingress' | 'egress';
export type AttachMode = 'tcx' | 'clsact';

export interface OpenOptions {
  /** Values for `.rodata` variables by name, as packed bytes of exactly the variable's size. */
  readonly rodata?: Readonly<Record<string, Buffer>>;
  /** Where maps declared with LIBBPF_PIN_BY_NAME are pinned and reused from; null: nothing is pinned by name. */
  readonly pinPath?: string | null;
  /** max_entries by map name, set before load. */
  readonly maxEntries?: Readonly<Record<string, number>>;
  /** Maps to reuse instead of creating, by map name. */
  readonly reuse?: Readonly<Record<string, BpfMap>>;
}

/** A loaded object. Disposing it closes its programs and maps; pins and links stay. */
export interface BpfObject extends Disposable {
  readonly programs: readonly string[];
  readonly mapNames: readonly string[];
  program(name: string): BpfProgram;
  map(name: string): BpfMap;
}

export interface TestRunOptions {
  readonly data: Buffer;
  /** struct __sk_buff as input context, packed; null: none. Linux honours only some fields (mark, priority, cb, ifindex, ...). */
  readonly context?: Buffer | null;
  readonly repeat?: number;
  /** Bytes of room for the packet that comes out; default data.length + 256. */
  readonly outputSize?: number;
}

export interface TestRunResult {
  readonly retval: number;
  readonly data: Buffer;
  readonly context: Buffer | null;
  /** Mean duration of one run in nanoseconds. */
  readonly duration: number;
}

export interface BpfProgram extends Disposable {
  readonly name: string;
  readonly id: number;
  readonly fd: number;
  /** BPF_PROG_TEST_RUN. Wants CAP_NET_ADMIN and CAP_BPF. */
  testRun(options: TestRunOptions): TestRunResult;
  pin(path: string): void;
  /** Verifier statistics of the loaded program. */
  info(): { readonly instructions: number; readonly verifiedInstructions: number; readonly tag: string };
}

export interface BpfMap extends Disposable {
  readonly name: string;
  readonly type: string; // 'hash', 'lpm_trie', 'array_of_maps', ...
  readonly id: number;
  readonly fd: number;
  readonly keySize: number;
  /** For per-CPU maps the size of one CPU's value, rounded up to 8. */
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly cpus: number;
  /** null where there is no such key. Per-CPU: `cpus` values one after the other. */
  get(key: Buffer): Buffer | null;
  update(key: Buffer, value: Buffer, flags?: 'any' | 'noexist' | 'exist'): void;
  /** True where it was there. */
  delete(key: Buffer): boolean;
  /** For a map of maps: the value is a map. */
  updateMap(key: Buffer, inner: BpfMap): void;
  /** Packed keys and values one after the other; one BPF_MAP_UPDATE_BATCH, element by element where the kernel has none for the type. Returns how many were written. */
  updateBatch(keys: Buffer, values: Buffer): number;
  /** BPF_MAP_UPDATE_BATCH on a map of maps: one grace period for all of them. */
  updateMapBatch(keys: Buffer, inners: readonly BpfMap[]): number;
  deleteBatch(keys: Buffer): number;
  /** All entries packed; survives concurrent change (an entry that is there throughout is returned once at least). */
  entries(): { readonly keys: Buffer; readonly values: Buffer; readonly count: number };
  /** The same in chunks of at most `chunk` entries. */
  iterate(
    chunk?: number,
  ): IterableIterator<{ readonly keys: Buffer; readonly values: Buffer; readonly count: number }>;
  pin(path: string): void;
}

export interface MapSpec {
  readonly name: string;
  readonly type:
    | 'hash'
    | 'array'
    | 'lpm_trie'
    | 'lru_hash'
    | 'array_of_maps'
    | 'hash_of_maps'
    | 'ringbuf'
    | 'percpu_array'
    | 'percpu_hash';
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags?: number;
  /** For maps of maps: the prototype of the inner maps. */
  readonly inner?: BpfMap | null;
}

/** A pinned or held tc attachment. Disposing it closes the handle; the attachment stays while it is pinned (tcx) or until detach (clsact). */
export interface TcAttachment extends Disposable {
  readonly mode: AttachMode;
  readonly ifindex: number;
  readonly direction: TcDirection;
  /** Replaces the program atomically (BPF_LINK_UPDATE; tc filter replace). */
  replace(program: BpfProgram): void;
  /** The program id that the hook runs now, null where this attachment is gone. */
  currentProgramId(): number | null;
  detach(): void;
}

export interface AttachOptions {
  readonly ifindex: number;
  readonly direction: TcDirection;
  readonly program: BpfProgram;
  /** 'auto': tcx where the kernel has it, else clsact. */
  readonly mode: AttachMode | 'auto';
  /** tcx: where the link is pinned (reused with BPF_LINK_UPDATE if the pin exists and is of the same interface and hook). null: not pinned. */
  readonly pin: string | null;
}

/** One batch from the ring buffer: records laid one after the other, each preceded by its u32 length (host order), padded to 8. */
export interface RingBatch {
  readonly data: Buffer;
  readonly count: number;
  /** Records that did not fit into this call's buffer and wait for the next. */
  readonly more: boolean;
}

export interface RingBuffer extends Disposable {
  /** What is there now, without blocking; at most `maxBytes`. */
  drain(maxBytes?: number): RingBatch;
  /** Calls back on the event loop when there is something to drain (epoll through libuv); the callback drains. */
  onReadable(callback: (() => void) | null): void;
}

export interface BtfMember {
  readonly name: string;
  /** Offset in bytes. */
  readonly offset: number;
  readonly size: number;
  readonly type: string;
  /** Array length, 0 where it is no array. */
  readonly array: number;
}
export interface BtfStruct {
  readonly name: string;
  readonly size: number;
  readonly members: readonly BtfMember[];
}
export interface BtfEnum {
  readonly name: string;
  readonly values: Readonly<Record<string, number>>;
}

export interface Native {
  /** Opens and loads an ELF object. The verifier's log is in the error. */
  loadObject(path: string, options: OpenOptions): BpfObject;
  createMap(spec: MapSpec): BpfMap;
  openPinnedMap(path: string): BpfMap;
  openPinnedProgram(path: string): BpfProgram;
  openMapById(id: number): BpfMap;
  attachTc(options: AttachOptions): TcAttachment;
  /** The TCX link that is pinned there, its interface 0 where that has gone; null where nothing is pinned. */
  openPinnedLink(path: string): TcAttachment | null;
  /** Attachments of a hook in their order: program ids. */
  queryTc(ifindex: number, direction: TcDirection): readonly number[];
  openRingBuffer(map: BpfMap): RingBuffer;
  /** Structs and enums in an object's BTF, for the code generator and `map dump`. */
  dumpBtf(path: string): { readonly structs: readonly BtfStruct[]; readonly enums: readonly BtfEnum[] };
  /** What this kernel has. */
  features(): { readonly tcx: boolean; readonly kernel: string };
  /** clock_gettime(CLOCK_MONOTONIC) in nanoseconds: the clock of bpf_ktime_get_ns. */
  monotonicNow(): bigint;
  /** Mounts a bpffs at the folder unless one is mounted there already. */
  mountBpffs(path: string): void;
  /** if_nametoindex in the present network namespace; null where there is none. */
  ifindex(name: string): number | null;
}
