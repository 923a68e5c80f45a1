/** One key with its value (JSON already parsed out of its envelope by the typed layer) and revisions. Keys are relative to ROOT. */
export interface Entry<T = unknown> {
  readonly key: string;
  readonly value: T;
  readonly createRevision: number;
  readonly modRevision: number;
}

/** Where a client stands: etcd endpoints with mutual TLS (PEM contents). Names for etcd RBAC come from the certificate's CN. */
export interface StoreOptions {
  readonly endpoints: readonly string[];
  readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
  /** Deadline of every unary call in milliseconds; default 5000. */
  readonly timeoutMs?: number;
}

export interface Range<T = unknown> {
  readonly entries: readonly Entry<T>[];
  readonly revision: number;
}

export type Condition =
  { readonly key: string; readonly absent: true } | { readonly key: string; readonly modRevision: number };
export type Op =
  { readonly put: string; readonly value: unknown; readonly lease?: string } | { readonly delete: string };

/** A transaction's outcome; `revision` is the store's after it. */
export interface TxnResult {
  readonly succeeded: boolean;
  readonly revision: number;
}

/** The client. Values are envelopes' values; kinds are known from the key. All errors are StoreError with a code. */
export interface Store extends AsyncDisposable {
  get<T>(key: string): Promise<Entry<T> | null>;
  /** All below a prefix that ends in `/`, in pages at one pinned revision. */
  list<T>(prefix: string): Promise<Range<T>>;
  put(key: string, value: unknown): Promise<number>;
  delete(key: string): Promise<boolean>;
  txn(conditions: readonly Condition[], then: readonly Op[]): Promise<TxnResult>;
  /** Keeps a key alive on a lease (TTL seconds ≥ 15), granting and putting anew whenever it was lost, until disposed. */
  keepAlive(key: string, value: unknown, ttlSeconds: number): AsyncDisposable;
  reflect(options: ReflectorOptions): Reflector;
  /** Cluster guard: reads `cluster`. */
  revision(): Promise<number>;
  /** What the member that answers says of itself and of the alarms of all. */
  health(): Promise<StoreHealth>;
}

/** How the store itself is doing. */
export interface StoreHealth {
  readonly version: string;
  /** Bytes on disk, and those of them that are not waiting to be used again. */
  readonly size: number;
  readonly inUse: number;
  /** Alarms and faults in etcd's own words, `NOSPACE` and `CORRUPT` among them. */
  readonly alarms: readonly string[];
}

/** One store revision's changes under the prefix. `value` null: deleted. */
export interface Change {
  readonly key: string;
  readonly entry: Entry | null;
  readonly previous: Entry | null;
}

/** Events of one mod_revision (or of one complete list) as one unit, each change once and in order. */
export interface Batch {
  readonly revision: number;
  /** True for the first list, and for a relist (its changes are the difference to what was delivered before). */
  readonly full: boolean;
  readonly changes: readonly Change[];
}

export interface ReflectorOptions {
  readonly prefix: string;
  /** Awaited; the next batch comes only after it has resolved. Throwing makes the reflector deliver the batch again after a backoff. */
  readonly onBatch: (batch: Batch) => Promise<void> | void;
  /** Connection state, for status and metrics. */
  readonly onState?: (state: ReflectorState) => void;
  /** Nothing heard for this long (progress notifications count): reconnect. Default 30000. */
  readonly idleTimeoutMs?: number;
  /** Periodic relist-and-diff. Default 10 minutes; 0: never. */
  readonly relistMs?: number;
}

export interface ReflectorState {
  readonly phase: 'listing' | 'watching' | 'backoff' | 'frozen' | 'stopped';
  readonly revision: number;
  readonly error: Error | null;
}

export interface Reflector extends AsyncDisposable {
  start(): void;
  /** Resolves when the first complete list was delivered. */
  synced(): Promise<void>;
  readonly state: ReflectorState;
}

/** (UUID, generation, highest revision) as an agent keeps it on disk. */
export interface GuardRecord {
  readonly uuid: string;
  readonly generation: number;
  readonly revision: number;
  /** The store was seen behind that revision: whatever it has reached since is another history. */
  readonly rewound?: boolean;
}
