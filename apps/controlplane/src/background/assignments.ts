import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { claimProblem } from '@sluice/identity';
import { allocateNode } from '@sluice/ipam';
import {
  assignIdentity,
  keys,
  type ClaimValue,
  type NodeValue,
  type Reflector,
  type Store,
} from '@sluice/store';
import { STORE } from '../tokens.js';
import { WorkQueue } from './work-queue.js';

type Item = { readonly key: string; readonly value: unknown };

/**
 * Gives nodes their prefixes and claimed label sets their identities. Every replica does it: each assignment is one transaction
 * that only the first can win, so no replica needs to be elected and any may die.
 */
@Injectable()
export class Assignments implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Assignments');
  private readonly reflectors: Reflector[];
  private readonly queues: WorkQueue<Item>[];

  constructor(@Inject(STORE) private readonly store: Store) {
    const work = [
      { prefix: keys.nodes(), run: (item: Item) => this.node(item) },
      { prefix: keys.claims(), run: (item: Item) => this.claim(item) },
    ];
    this.queues = work.map(
      ({ run }) =>
        new WorkQueue<Item>(run, (key, error) =>
          this.logger.warn(`${key}: ${(error as Error).message}; trying again`),
        ),
    );
    this.reflectors = work.map(({ prefix }, i) =>
      store.reflect({
        prefix,
        onBatch: ({ changes }) => {
          for (const { key, entry } of changes) {
            if (entry === null) this.queues[i]?.forget(key);
            else this.queues[i]?.add(key, { key, value: entry.value });
          }
        },
      }),
    );
  }

  onApplicationBootstrap(): void {
    for (const reflector of this.reflectors) reflector.start();
  }

  async onApplicationShutdown(): Promise<void> {
    for (const queue of this.queues) queue[Symbol.dispose]();
    await Promise.allSettled(this.reflectors.map((reflector) => reflector[Symbol.asyncDispose]()));
  }

  private async node({ key, value }: Item): Promise<void> {
    const node = key.slice(keys.nodes().length);
    await allocateNode(this.store, { node, addresses: (value as NodeValue).addresses });
  }

  private async claim({ key, value }: Item): Promise<void> {
    const hash = key.slice(key.lastIndexOf('/') + 1);
    const { labels } = value as ClaimValue;
    const problem = claimProblem(hash, labels);
    // Trying again would not mend it: the agent must claim something else.
    if (problem !== null) this.logger.warn(`claim ${key} refused: ${problem}`);
    else await assignIdentity(this.store, labels);
  }
}
