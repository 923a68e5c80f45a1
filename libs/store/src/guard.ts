import { StoreError } from './errors.js';
import { keys, type ClusterValue } from './schema.js';
import type { GuardRecord, Store } from './types.js';

/** `ok`, or why nothing may be added, removed or opened on the store's word. */
export type GuardVerdict =
  'ok' | { readonly frozen: string; /** To be remembered: see `rewound`. */ readonly rewound: boolean };

/**
 * Judges whether the store is the one that was known, and not older than it was. Pure.
 * @param record what is on disk; null: this node never saw a store
 * @param cluster the key `cluster`; null: it is missing, so the store was never initialized, or was emptied
 * @param revision the store's present revision
 */
export function checkGuard(
  record: GuardRecord | null,
  cluster: ClusterValue | null,
  revision: number,
): GuardVerdict {
  if (cluster === null)
    return frozen("the store has no key 'cluster': it is empty, or was never initialized");
  if (record === null) return 'ok';
  const wasKnown = cluster.formerly?.includes(record.uuid) === true && cluster.generation > record.generation;
  if (cluster.uuid !== record.uuid && !wasKnown) {
    return frozen(`this is another store: ${cluster.uuid}, and ${record.uuid} is known`);
  }
  if (cluster.generation < record.generation) {
    return frozen(`the store's generation is ${cluster.generation}, and ${record.generation} is known`);
  }
  // A higher generation means that an administrator accepted the store as it now is, so a lower revision is meant.
  if (cluster.generation > record.generation) return 'ok';
  if (revision < record.revision)
    return frozen(
      `the store stands at revision ${revision}, and ${record.revision} is known: it was rewound`,
      true,
    );
  // It counts on from where it was set back to, so that it passes what is known sooner or later.
  if (record.rewound === true)
    return frozen(
      `the store was rewound behind revision ${record.revision}, and has gone another way since`,
      true,
    );
  return 'ok';
}

function frozen(reason: string, wasRewound = false): GuardVerdict {
  return {
    frozen: `${reason}; if that is meant, an administrator runs 'sluice store accept'`,
    rewound: wasRewound,
  };
}

/** The record of a store that was seen behind itself. It stays so until an administrator has accepted the store. */
export const rewound = (record: GuardRecord): GuardRecord => ({ ...record, rewound: true });

/** The record to keep after `revision` was seen in a store that the guard found `ok`. It never goes back within a generation. */
export function advanceGuard(
  record: GuardRecord | null,
  cluster: ClusterValue,
  revision: number,
): GuardRecord {
  const same = record?.uuid === cluster.uuid && record.generation === cluster.generation;
  const highest = same ? Math.max(record.revision, revision) : revision;
  const { uuid, generation } = cluster;
  return { uuid, generation, revision: highest, ...(same && record.rewound ? { rewound: true } : {}) };
}

/** Reads `cluster` and the revision once and judges them. Throws StoreError when the store cannot be read: that is no verdict. */
export async function readGuard(
  store: Store,
  record: GuardRecord | null,
): Promise<{
  readonly verdict: GuardVerdict;
  readonly cluster: ClusterValue | null;
  readonly revision: number;
}> {
  const revision = await store.revision();
  const entry = await store.get<ClusterValue>(keys.cluster());
  const cluster = entry === null ? null : entry.value;
  return { verdict: checkGuard(record, cluster, revision), cluster, revision };
}

/** What `watchCluster` tells. */
export interface ClusterWatchOptions {
  /** The record at this moment; asked at each judgement. */
  readonly record: () => GuardRecord | null;
  readonly onVerdict: (
    verdict: GuardVerdict,
    cluster: ClusterValue | null,
    revision: number,
  ) => Promise<void> | void;
  /** Milliseconds between judgements; default 5000. */
  readonly everyMs?: number;
  readonly onError?: (error: StoreError) => void;
}

/**
 * Judges again and again until disposed. It polls a linearizable read rather than watching: a watch on a store that was
 * rewound stays silent until the store has caught up. Errors give no verdict.
 */
export function watchCluster(
  store: Store,
  options: ClusterWatchOptions,
): AsyncDisposable & { check(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const once = async () => {
    try {
      const { verdict, cluster, revision } = await readGuard(store, options.record());
      await options.onVerdict(verdict, cluster, revision);
    } catch (cause) {
      const error =
        cause instanceof StoreError ? cause : new StoreError('unknown', 'judging the store', { cause });
      options.onError?.(error);
    }
  };
  const check = () => (running = running.then(once));
  const timer = setInterval(() => void check(), options.everyMs ?? 5_000);
  timer.unref();
  void check();
  return {
    check,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
