import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  advanceGuard,
  checkGuard,
  keys,
  rewound,
  type ClusterValue,
  type Entry,
  type GuardRecord,
  type Store,
} from '@sluice/store';
import { refused, unavailable, type Failure } from '../failure.js';
import { STORE } from '../tokens.js';
import { asFailure } from './store-failure.js';

const PROBE_MS = 1_000;

/** Which store this is, as a write must find it. */
export type ClusterEntry = Entry<ClusterValue>;

/** The way to etcd: maps its failures, knows whether it is reachable, and probes it each second. */
@Injectable()
export class StoreGate implements OnApplicationBootstrap, OnApplicationShutdown {
  private failure: Failure | null = unavailable(
    'the store (etcd) has not answered yet',
    'wait a moment, then check that etcd runs',
  );
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly listeners = new Set<() => void>();
  private readonly watchers = new Set<() => void>();
  private known: ClusterEntry | null = null;
  /** Which store this replica has seen, and how far: for as long as it runs. */
  private record: GuardRecord | null = null;
  private frozen: Failure | null = null;

  constructor(@Inject(STORE) readonly store: Store) {}

  /** Runs something against the store; what fails comes out as Failure. */
  async use<T>(work: (store: Store) => Promise<T>): Promise<T> {
    try {
      return await work(this.store);
    } catch (error) {
      throw asFailure(error);
    }
  }

  /**
   * The same for what changes the store. Throws FAILED_PRECONDITION while it is not the one that was known, or older than it was, as
   * far as the last look at it tells.
   */
  async write<T>(work: (store: Store) => Promise<T>): Promise<T> {
    if (this.frozen !== null) throw this.frozen;
    return this.use(work);
  }

  /**
   * `cluster`, read now. Throws FAILED_PRECONDITION while the store was never initialised, or is not the one that was known, or
   * older than it was: nothing may be written into it.
   */
  async cluster(): Promise<ClusterEntry> {
    const entry = await this.readCluster();
    if (this.frozen !== null) throw this.frozen;
    this.known = entry;
    return entry;
  }

  /** The same whatever the store is: for who accepts it. */
  async readCluster(): Promise<ClusterEntry> {
    const entry = await this.use((store) => store.get<ClusterValue>(keys.cluster()));
    if (entry === null)
      throw refused(
        'the store holds no cluster',
        'run `sluice init` against it, or restore it from a backup',
      );
    return entry;
  }

  /**
   * `cluster` as last seen, at most a second old: for a transaction that has its revision among the conditions, and after which
   * a failure is followed by `cluster()`.
   */
  async knownCluster(): Promise<ClusterEntry> {
    if (this.frozen !== null) throw this.frozen;
    return this.known ?? this.cluster();
  }

  /** The store's generation as last seen; 0 before the first answer. */
  get generation(): number {
    return this.known?.value.generation ?? 0;
  }
  get uuid(): string {
    return this.known?.value.uuid ?? '';
  }

  /** Null while etcd answers, else why not. */
  get problem(): Failure | null {
    return this.failure;
  }

  /** Throws UNAVAILABLE while etcd does not answer: for what is read from memory. */
  check(): void {
    if (this.failure !== null) throw this.failure;
  }

  /** Calls back whenever etcd becomes reachable (again). */
  onReachable(callback: () => void): void {
    this.listeners.add(callback);
    if (this.failure === null) callback();
  }

  /** Calls back when the store has become another one: an administrator accepted it as it is. All that was read before is void. */
  onAccepted(callback: () => void): void {
    this.watchers.add(callback);
  }

  /** A revision that the store has told. */
  saw(revision: number): void {
    const { record } = this;
    if (record !== null && revision > record.revision) this.record = { ...record, revision };
  }

  /** The store was seen behind itself. */
  wasRewound(): void {
    if (this.record !== null) this.record = rewound(this.record);
  }

  /** Judges the store now, not in a second. */
  async judge(): Promise<void> {
    // First: what is told while the store is asked may be later than its answer.
    const before = this.record;
    const revision = await this.use((store) => store.revision());
    const entry = await this.readCluster();
    const { value } = entry;
    const verdict = checkGuard(before, value, revision);
    this.frozen =
      verdict === 'ok' ? null : refused(verdict.frozen, 'nodes and replicas change nothing until then');
    if (verdict !== 'ok') {
      if (verdict.rewound) this.wasRewound();
      return;
    }
    this.known = entry;
    this.record = advanceGuard(this.record, value, revision);
    const other = before !== null && (before.uuid !== value.uuid || before.generation !== value.generation);
    if (other) for (const watcher of this.watchers) watcher();
  }

  onApplicationBootstrap(): void {
    void this.probe();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async probe(): Promise<void> {
    const before = this.failure;
    try {
      await this.judge();
      this.failure = this.frozen;
    } catch (error) {
      this.failure = asFailure(error);
    }
    if (before !== null && this.failure === null) for (const callback of this.listeners) callback();
    if (!this.stopped) this.timer = setTimeout(() => void this.probe(), PROBE_MS);
  }
}
