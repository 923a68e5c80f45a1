import { Injectable } from '@nestjs/common';
import type { Realization } from '@sluice/api';
import { keys, type NodeValue, type RealizedValue } from '@sluice/store';
import { ClusterCache } from '../store/cache.js';

/** A revision is both: a store that was restored counts from another generation. */
export interface Point {
  readonly generation: number;
  readonly revision: number;
}

export interface NodeState {
  readonly name: string;
  readonly alive: boolean;
  readonly realized: Point | null;
  /** What it says is wrong there. */
  readonly errors: readonly string[];
}

const reached = (at: Point | null, wanted: Point): boolean =>
  at !== null && at.generation === wanted.generation && at.revision >= wanted.revision;

/** Where a revision stands. Only nodes with an alive key are waited for; the silent ones are named. */
export function realizationOf(nodes: readonly NodeState[], wanted: Point): Realization {
  const names = (some: readonly NodeState[]) => some.map((node) => node.name).sort();
  const alive = nodes.filter((node) => node.alive);
  const there = alive.filter((node) => reached(node.realized, wanted));
  const pending = alive.filter((node) => !reached(node.realized, wanted));
  const silent = nodes.filter((node) => !node.alive);
  return {
    realized: pending.length === 0,
    realizedNodes: names(there),
    pendingNodes: names(pending),
    silentNodes: names(silent),
    pending: pending.map(({ name, realized, errors }) => ({
      name,
      realized: realized === null ? null : { generation: realized.generation, revision: realized.revision },
      errors: [...errors],
    })),
  };
}

/** Waits until what was applied is in every kernel. */
@Injectable()
export class Realizations {
  constructor(private readonly cache: ClusterCache) {}

  /** The nodes as this replica knows them. */
  nodes(): NodeState[] {
    const names = new Set([
      ...this.cache.below<NodeValue>(keys.nodes()).map(({ name }) => name),
      ...this.cache.below(keys.allAlive()).map(({ name }) => name),
    ]);
    return [...names].map((name) => {
      const realized = this.cache.get<RealizedValue>(keys.realized(name))?.value ?? null;
      const alive = this.cache.get(keys.alive(name)) !== null;
      return { name, alive, realized, errors: realized?.errors ?? [] };
    });
  }

  /** Resolves once every living node has realized `wanted`, or after `timeoutMs`, or when aborted, with how it stands then. */
  wait(wanted: Point, timeoutMs: number, signal?: AbortSignal): Promise<Realization> {
    return new Promise((resolve) => {
      const finish = (result: Realization) => {
        clearTimeout(timer);
        stop();
        signal?.removeEventListener('abort', giveUp);
        resolve(result);
      };
      const look = () => {
        const result = realizationOf(this.nodes(), wanted);
        if (result.realized) finish(result);
      };
      const giveUp = () => finish(realizationOf(this.nodes(), wanted));
      const timer = setTimeout(giveUp, timeoutMs);
      const stop = this.cache.onChange(look);
      if (signal?.aborted) return giveUp();
      signal?.addEventListener('abort', giveUp, { once: true });
      look();
    });
  }
}
