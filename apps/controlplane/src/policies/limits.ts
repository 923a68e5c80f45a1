import { Injectable, Logger } from '@nestjs/common';
import { keys, LIMITS, StoreError, type Condition, type Op, type Store } from '@sluice/store';
import { StoreGate } from '../store/gate.js';
import { Failure } from '../failure.js';
import type { Plan } from './plan.js';

export const MAX_DOCUMENTS = 1_000;
export const MAX_DOCUMENT_BYTES = 1024 * 1024;
/** What etcd is started with by the lab and the docs; lowered to what the probes find. */
const { txnOps: WANTED_OPS, requestBytes: WANTED_BYTES } = LIMITS;
/** Keys, envelopes and protobuf around the documents, and the headroom that etcd keeps of its own. */
const OVERHEAD_BYTES = 16 * 1024;

/** Both can never hold, so a transaction under them only asks etcd whether it would take it. */
const never = (key: string): Condition[] => [
  { key, absent: true },
  { key, modRevision: 1 },
];

/** More than a plan takes itself. */
export interface Room {
  readonly ops: number;
  readonly bytes: number;
}

/** How much one transaction may hold: an apply is one, never several. */
@Injectable()
export class Limits {
  private readonly logger = new Logger('Limits');
  private ops: number = WANTED_OPS;
  private bytes: number = WANTED_BYTES;
  private probed = false;

  constructor(private readonly gate: StoreGate) {
    gate.onReachable(() => void this.probe());
  }

  /** Bytes that one transaction may hold. */
  get maxBytes(): number {
    return this.bytes;
  }

  /** Throws RESOURCE_EXHAUSTED naming the limit that a text exceeds, before anything is parsed. */
  checkText(text: string): void {
    const size = Buffer.byteLength(text);
    if (size <= this.bytes * 2) return;
    throw tooLarge(`the text has ${size} bytes, at most ${this.bytes * 2} are read`);
  }

  /** Throws RESOURCE_EXHAUSTED naming the limit that the documents exceed. */
  checkDocuments(documents: readonly { readonly document: unknown; readonly index: number }[]): void {
    if (documents.length > MAX_DOCUMENTS)
      throw tooLarge(`${documents.length} documents, at most ${MAX_DOCUMENTS} are applied at once`);
    for (const { document, index } of documents) {
      const size = Buffer.byteLength(JSON.stringify(document));
      if (size > MAX_DOCUMENT_BYTES)
        throw tooLarge(`document ${index + 1} has ${size} bytes, at most ${MAX_DOCUMENT_BYTES} are stored`);
    }
  }

  /** Throws RESOURCE_EXHAUSTED where etcd would refuse the transaction, or one that is larger by `room`. */
  checkPlan(plan: Plan, room: Room = { ops: 0, bytes: 0 }): void {
    const ops = Math.max(plan.ops.length, plan.conditions.length + 1) + room.ops;
    const hint = 'raise it on every member of etcd, or apply fewer documents at once';
    if (ops > this.ops)
      throw tooLarge(`the change takes ${ops} operations, etcd takes ${this.ops} (--max-txn-ops)`, hint);
    const needed = Buffer.byteLength(JSON.stringify(plan.ops)) + plan.conditions.length * 128;
    const size = OVERHEAD_BYTES + needed + room.bytes;
    if (size > this.bytes)
      throw tooLarge(`the change takes ${size} bytes, etcd takes ${this.bytes} (--max-request-bytes)`, hint);
  }

  /** Asks etcd what it takes, once; while that fails the documented limits hold, and etcd's own refusal speaks. */
  private async probe(): Promise<void> {
    if (this.probed) return;
    this.probed = true;
    const store = this.gate.store;
    try {
      this.ops = await largest(WANTED_OPS, 128, (ops) => takes(store, manyDeletes(ops)));
      this.bytes = await largest(WANTED_BYTES, 1024 * 1024, (bytes) => takes(store, onePut(bytes)));
      this.logger.log(`one transaction holds ${this.ops} operations and ${this.bytes} bytes`);
    } catch (error) {
      this.probed = false;
      this.logger.warn(`etcd's limits are not known yet: ${String(error)}`);
    }
  }
}

const tooLarge = (message: string, hint = 'apply fewer documents at once') =>
  new Failure('RESOURCE_EXHAUSTED', message, hint);
const PROBE_KEY = keys.policy('Probe', '_cluster', 'limit');
const manyDeletes = (ops: number): Op[] =>
  Array.from({ length: ops }, (_, n) => ({ delete: `${PROBE_KEY}-${n}` }));
const onePut = (bytes: number): Op[] => [{ put: PROBE_KEY, value: 'x'.repeat(bytes - OVERHEAD_BYTES) }];

async function takes(store: Store, ops: readonly Op[]): Promise<boolean> {
  try {
    await store.txn(never(PROBE_KEY), ops);
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'too-large') return false;
    throw error;
  }
}

/** The largest of `from`, half of it, and so on that is taken; `least` if none is. */
async function largest(
  from: number,
  least: number,
  fits: (size: number) => Promise<boolean>,
): Promise<number> {
  for (let size = from; size > least; size = Math.floor(size / 2)) if (await fits(size)) return size;
  return least;
}
