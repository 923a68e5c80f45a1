import type { Condition, Entry, Op, Range, TxnResult } from '../types.js';

/** What one write did. */
export interface ModelChange {
  readonly revision: number;
  readonly key: string;
  readonly value: unknown;
}

/**
 * etcd in memory, as far as transactions go: one revision for each transaction that writes, compare by mod_revision. Every call
 * waits for its turn, which whoever tests decides, before it takes effect, and once more before it answers.
 */
export class ModelStore {
  private readonly entries = new Map<string, Entry>();
  readonly log: ModelChange[] = [];
  revision = 1;

  constructor(private readonly turn: () => Promise<void>) {}

  async get<T>(key: string): Promise<Entry<T> | null> {
    await this.turn();
    const found = (this.entries.get(key) as Entry<T> | undefined) ?? null;
    await this.turn();
    return found;
  }

  async list<T>(prefix: string): Promise<Range<T>> {
    await this.turn();
    const entries = [...this.entries.values()].filter(({ key }) => key.startsWith(prefix)) as Entry<T>[];
    const range = { entries, revision: this.revision };
    await this.turn();
    return range;
  }

  /** `sent` tells, when its turn has come, whether whoever asked lived long enough to send it. */
  async txn(
    conditions: readonly Condition[],
    then: readonly Op[],
    sent: () => boolean = () => true,
  ): Promise<TxnResult> {
    await this.turn();
    if (!sent()) return { succeeded: false, revision: this.revision };
    const holds = (condition: Condition): boolean => {
      const entry = this.entries.get(condition.key);
      return 'absent' in condition ? entry === undefined : entry?.modRevision === condition.modRevision;
    };
    const succeeded = conditions.every(holds);
    if (succeeded) this.write(then);
    const result = { succeeded, revision: this.revision };
    await this.turn();
    return result;
  }

  async put(key: string, value: unknown): Promise<number> {
    return (await this.txn([], [{ put: key, value }])).revision;
  }

  async delete(key: string): Promise<boolean> {
    return (await this.txn([], [{ delete: key }])).succeeded;
  }

  /** What stands there, without waiting: for assertions. */
  peek(prefix: string): Entry[] {
    return [...this.entries.values()].filter(({ key }) => key.startsWith(prefix));
  }

  private write(ops: readonly Op[]): void {
    this.revision += 1;
    for (const op of ops) {
      if ('put' in op) this.put1(op.put, op.value);
      else if (this.entries.delete(op.delete))
        this.log.push({ revision: this.revision, key: op.delete, value: null });
    }
  }

  private put1(key: string, value: unknown): void {
    const createRevision = this.entries.get(key)?.createRevision ?? this.revision;
    this.entries.set(key, { key, value, createRevision, modRevision: this.revision });
    this.log.push({ revision: this.revision, key, value });
  }
}
