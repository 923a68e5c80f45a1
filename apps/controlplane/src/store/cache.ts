import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { keys, type Batch, type Entry, type Reflector, type Store } from '@sluice/store';
import { unavailable } from '../failure.js';
import { STORE } from '../tokens.js';
import { StoreGate } from './gate.js';

const PREFIXES = [
  keys.shared(),
  keys.nodes(),
  keys.allAlive(),
  keys.statuses(),
  keys.replicas(),
  keys.pendings(),
  keys.directoryStates(),
] as const;

type Follower = (key: string, entry: Entry | null) => void;

/** Everything below PREFIXES, kept up to date by reflectors: for lists and for waiting. */
@Injectable()
export class ClusterCache implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ClusterCache');
  private readonly entries = new Map<string, Entry>();
  private readonly reflectors = new Map<string, Reflector>();
  private readonly listeners = new Set<() => void>();
  private readonly followers: { readonly prefix: string; readonly follower: Follower }[] = [];
  /** Prefixes of which the whole is known. */
  private readonly listed = new Set<string>();
  private sharedRevision = 0;

  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly gate: StoreGate,
  ) {
    gate.onAccepted(() => this.readAnew());
  }

  onApplicationBootstrap(): void {
    for (const prefix of PREFIXES) this.reflect(prefix);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.reflectors.values()].map((r) => r[Symbol.asyncDispose]()));
  }

  private reflect(prefix: string): void {
    let first = true;
    const reflector = this.store.reflect({
      prefix,
      onBatch: (batch) => {
        if (this.reflectors.get(prefix) !== reflector) return;
        this.gate.saw(batch.revision);
        if (first) this.forget(prefix, batch);
        this.take(prefix, batch);
        first = false;
        this.listed.add(prefix);
        for (const listener of this.listeners) listener();
      },
      onState: ({ phase }) => {
        if (phase === 'frozen' && this.reflectors.get(prefix) === reflector) this.gate.wasRewound();
      },
    });
    this.reflectors.set(prefix, reflector);
    reflector.start();
  }

  /** The store is another one: what was read is asked for again, and what is not there any more goes. */
  private readAnew(): void {
    this.logger.warn('the store was accepted as it is: reading it anew');
    this.listed.clear();
    for (const [prefix, old] of [...this.reflectors]) {
      this.reflect(prefix);
      void old[Symbol.asyncDispose]();
    }
  }

  /** Drops what the first list of a prefix does not have. */
  private forget(prefix: string, { changes }: Batch): void {
    if (prefix === keys.shared()) this.sharedRevision = 0;
    const there = new Set(changes.map(({ key }) => key));
    for (const key of [...this.entries.keys()])
      if (key.startsWith(prefix) && !there.has(key)) this.change(key, null);
  }

  /** Whether each prefix has been listed once. */
  get synced(): boolean {
    return this.listed.size === PREFIXES.length;
  }

  /** The revision up to which `shared/` is in here. */
  get revision(): number {
    return this.sharedRevision;
  }

  /** Throws UNAVAILABLE where an answer from memory could be old: etcd out of reach, or nothing listed yet. */
  check(): void {
    this.gate.check();
    if (!this.synced)
      throw unavailable('this replica is still reading the store', 'repeat the call in a moment');
  }

  get<T>(key: string): Entry<T> | null {
    return (this.entries.get(key) as Entry<T> | undefined) ?? null;
  }

  /** All below a prefix that ends in `/`, with the rest of their keys. */
  below<T>(prefix: string): { readonly name: string; readonly entry: Entry<T> }[] {
    const found: { name: string; entry: Entry<T> }[] = [];
    for (const [key, entry] of this.entries) {
      if (key.startsWith(prefix)) found.push({ name: key.slice(prefix.length), entry: entry as Entry<T> });
    }
    return found;
  }

  /** Calls back after each change, until the returned function is called. */
  onChange(callback: () => void): () => void {
    this.listeners.add(callback);
    return () => this.listeners.delete(callback);
  }

  /** Calls back with each change of a key that begins so; null: deleted. To be called before the program has started. */
  follow<T>(prefix: string, follower: (key: string, entry: Entry<T> | null) => void): void {
    this.followers.push({ prefix, follower: follower as Follower });
  }

  private change(key: string, entry: Entry | null): void {
    if (entry === null) this.entries.delete(key);
    else this.entries.set(key, entry);
    for (const { prefix, follower } of this.followers) if (key.startsWith(prefix)) follower(key, entry);
  }

  private take(prefix: string, batch: Batch): void {
    for (const { key, entry } of batch.changes) this.change(key, entry);
    if (prefix === keys.shared()) this.sharedRevision = Math.max(this.sharedRevision, batch.revision);
    if (batch.full)
      this.logger.debug(`${prefix}: ${batch.changes.length} changes by list at revision ${batch.revision}`);
  }
}
