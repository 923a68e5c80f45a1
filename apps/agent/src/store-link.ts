import {
  advanceGuard,
  type Batch,
  type ClusterValue,
  type GuardRecord,
  type GuardVerdict,
  keys,
  type Reflector,
  type ReflectorState,
  rewound,
  type Store,
  watchCluster,
} from '@sluice/store';
import { GuardFile } from './journal/guard.js';
import { AgentError, messageOf } from './util/errors.js';
import type { Log } from './util/log.js';

export interface StoreLinkOptions {
  readonly store: Store;
  /** Where (UUID, generation, revision) is kept. */
  readonly guardPath: string;
  /**
   * One batch of `shared/`; `fresh` where it is the first of a new watch, so that all known before is to be forgotten.
   * Awaited; throwing has it delivered again.
   */
  readonly onBatch: (batch: Batch, fresh: boolean) => Promise<void>;
  /** Milliseconds between judgements of the store; default 5000. */
  readonly guardEveryMs?: number;
  readonly log: Log;
}

export interface StoreLinkStatus {
  /** null: not frozen. */
  readonly frozen: string | null;
  readonly reflector: ReflectorState | null;
  readonly guard: GuardRecord | null;
  readonly error: string | null;
}

/**
 * The one watch, behind the guard. Nothing is delivered until the store was judged to be the known one; while it is frozen
 * nothing is delivered at all, so the kernel keeps what it has. A store that an administrator accepted is read anew from
 * its first key on.
 */
export class StoreLink implements AsyncDisposable {
  private readonly guard: GuardFile;
  private cluster: ClusterValue | null = null;
  private verdict: GuardVerdict | null = null;
  private reflector: Reflector | null = null;
  private fresh = true;
  private error: string | null = null;
  private closed = false;
  private watch: (AsyncDisposable & { check(): Promise<void> }) | null = null;
  private replacing: Promise<void> = Promise.resolve();

  constructor(private readonly options: StoreLinkOptions) {
    this.guard = new GuardFile(options.guardPath);
  }

  get generation(): number {
    return this.cluster?.generation ?? this.guard.record?.generation ?? 0;
  }

  get status(): StoreLinkStatus {
    return {
      frozen: this.frozen,
      reflector: this.reflector?.state ?? null,
      guard: this.guard.record,
      error: this.error,
    };
  }

  private get frozen(): string | null {
    if (this.verdict !== null && this.verdict !== 'ok') return this.verdict.frozen;
    const state = this.reflector?.state;
    return state?.phase === 'frozen' ? (state.error?.message ?? 'the store went back') : null;
  }

  start(): void {
    this.watch = watchCluster(this.options.store, {
      record: () => this.guard.record,
      onVerdict: (verdict, cluster, revision) => this.judged(verdict, cluster, revision),
      onError: (error) => {
        this.error = error.message;
      },
      ...(this.options.guardEveryMs === undefined ? {} : { everyMs: this.options.guardEveryMs }),
    });
  }

  private judged(verdict: GuardVerdict, cluster: ClusterValue | null, revision: number): void {
    this.error = null;
    if (verdict !== 'ok' && this.frozen === null)
      this.options.log.error('frozen', { reason: verdict.frozen });
    this.verdict = verdict;
    if (verdict !== 'ok' && verdict.rewound) this.wasRewound();
    if (verdict !== 'ok' || cluster === null || this.closed) return;
    const other =
      this.cluster !== null &&
      (cluster.uuid !== this.cluster.uuid || cluster.generation !== this.cluster.generation);
    this.cluster = cluster;
    this.guard.keep(advanceGuard(this.guard.record, cluster, revision));
    if (this.reflector === null) this.reflect();
    else if (other || this.reflector.state.phase === 'frozen') this.replace();
  }

  /** Kept on disk: a store that was set back goes on counting, and must not pass for the known one once it has caught up. */
  private wasRewound(): void {
    const { record } = this.guard;
    if (record !== null) this.guard.keep(rewound(record));
  }

  private replace(): void {
    const old = this.reflector;
    this.options.log.warn('the store was accepted as it is: reading it anew', {
      generation: this.generation,
    });
    this.reflect();
    this.replacing = this.replacing.then(() => old?.[Symbol.asyncDispose]());
  }

  private reflect(): void {
    this.fresh = true;
    const reflector = this.options.store.reflect({
      prefix: keys.shared(),
      onBatch: (batch) => this.deliver(reflector, batch),
      onState: ({ phase, error }) => {
        this.error = error === null ? null : messageOf(error);
        if (phase === 'frozen' && reflector === this.reflector) this.wasRewound();
      },
    });
    this.reflector = reflector;
    reflector.start();
  }

  private async deliver(from: Reflector, batch: Batch): Promise<void> {
    if (from !== this.reflector) throw new AgentError('UNAVAILABLE', 'this watch was replaced');
    // A complete list may delete: it counts only from the store that is known.
    if (batch.full) await this.judgeNow();
    if (from !== this.reflector) throw new AgentError('UNAVAILABLE', 'this watch was replaced');
    if (this.frozen !== null) throw new AgentError('FAILED_PRECONDITION', `frozen: ${this.frozen}`);
    await this.options.onBatch(batch, this.fresh);
    this.fresh = false;
    if (this.cluster) this.guard.keep(advanceGuard(this.guard.record, this.cluster, batch.revision));
  }

  /** Judges the store again; throws where it cannot be read, since then there is no verdict. */
  private async judgeNow(): Promise<void> {
    this.error = null;
    await this.watch?.check();
    if (this.error !== null) throw new AgentError('UNAVAILABLE', this.error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    await this.watch?.[Symbol.asyncDispose]();
    await this.replacing;
    await this.reflector?.[Symbol.asyncDispose]();
    this.guard[Symbol.dispose]();
  }
}
