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
import { StoreGate } from '../store/gate.js';
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
  private reflectors: Reflector[] = [];
  private queues: WorkQueue<Item>[] = [];

  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly gate: StoreGate,
  ) {
    gate.onAccepted(() => {
      const ended = this.end();
      this.begin();
      void ended;
    });
  }

  onApplicationBootstrap(): void {
    this.begin();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }

  private begin(): void {
    this.reflect(keys.nodes(), (item) => this.node(item));
    this.reflect(keys.claims(), (item) => this.claim(item));
  }

  private async end(): Promise<void> {
    const { reflectors } = this;
    for (const queue of this.queues) queue[Symbol.dispose]();
    this.reflectors = [];
    this.queues = [];
    await Promise.allSettled(reflectors.map((reflector) => reflector[Symbol.asyncDispose]()));
  }

  private reflect(prefix: string, run: (item: Item) => Promise<void>): void {
    const queue = new WorkQueue<Item>(run, (key, error) =>
      this.logger.warn(`${key}: ${(error as Error).message}; trying again`),
    );
    const reflector = this.store.reflect({
      prefix,
      onBatch: ({ changes }) => {
        for (const { key, entry } of changes) {
          if (entry === null) queue.forget(key);
          else queue.add(key, { key, value: entry.value });
        }
      },
    });
    this.queues.push(queue);
    this.reflectors.push(reflector);
    reflector.start();
  }

  private async node({ key, value }: Item): Promise<void> {
    const node = key.slice(keys.nodes().length);
    const { addresses } = value as NodeValue;
    await this.gate.write((store) => allocateNode(store, { node, addresses }));
  }

  private async claim({ key, value }: Item): Promise<void> {
    const hash = key.slice(key.lastIndexOf('/') + 1);
    const { labels } = value as ClaimValue;
    const problem = claimProblem(hash, labels);
    // Trying again would not mend it: the agent must claim something else.
    if (problem !== null) this.logger.warn(`claim ${key} refused: ${problem}`);
    else await this.gate.write((store) => assignIdentity(store, labels));
  }
}
