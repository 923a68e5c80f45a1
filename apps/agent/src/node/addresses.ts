import { readFileSync, renameSync } from 'node:fs';
import {
  AddressBook,
  AddressError,
  type AddressErrorCode,
  type AddressSet,
  type Released,
} from '@sluice/ipam';
import type { Addresses } from '../endpoints/manager.js';
import { readIfThere, writeAtomic } from '../journal/atomic-file.js';
import { AgentError, type AgentErrorCode, messageOf } from '../util/errors.js';

const CODES: Readonly<Record<AddressErrorCode, AgentErrorCode>> = {
  'no-prefix': 'UNAVAILABLE',
  invalid: 'INVALID_ARGUMENT',
  'in-use': 'ALREADY_EXISTS',
  resting: 'UNAVAILABLE',
  exhausted: 'RESOURCE_EXHAUSTED',
};

/** A clock in milliseconds that all processes of one boot share and nobody sets. */
export interface BootClock {
  readonly boot: string;
  readonly now: () => number;
}

const kernelClock = (): BootClock => ({
  boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  now: () => Number(process.hrtime.bigint() / 1_000_000n),
});

interface RestingFile {
  readonly version: 1;
  readonly boot: string;
  readonly released: readonly Released[];
}

/**
 * The node's address book, for callers of the agent: what it refuses bears a code of the API, and what was given back is in a
 * file, so that an agent that restarts lets it rest too. Which addresses are taken is in the journal of endpoints.
 */
export class NodeAddresses extends AddressBook implements Addresses {
  /** Why the file could not be read; then every address rests. null: it could, or there was none. */
  readonly corrupt: string | null;

  constructor(
    private readonly path: string,
    private readonly clock: BootClock = kernelClock(),
  ) {
    super(clock.now);
    this.corrupt = this.load();
  }

  /** On disk before it takes effect: where that fails, the addresses stay taken, and it throws. */
  override release(addresses: readonly string[]): void {
    const at = this.clock.now();
    const released = [...this.given, ...addresses.map((address) => ({ address, at }))];
    const file: RestingFile = { version: 1, boot: this.clock.boot, released };
    writeAtomic(this.path, `${JSON.stringify(file)}\n`);
    super.release(addresses);
  }

  override acquire(wished: readonly string[]): AddressSet {
    try {
      return super.acquire(wished);
    } catch (error) {
      throw error instanceof AddressError ? new AgentError(CODES[error.code], error.message, error) : error;
    }
  }

  private load(): string | null {
    const text = readIfThere(this.path);
    if (text === null) return null;
    try {
      const { boot, released } = parse(text);
      // Another boot had another clock: how long ago it was is not known, so the rest begins anew.
      this.restore(
        boot === this.clock.boot ? released : released.map(({ address }) => ({ address, at: Infinity })),
      );
      return null;
    } catch (error) {
      renameSync(this.path, `${this.path}.corrupt`);
      this.restAll();
      return messageOf(error);
    }
  }
}

function parse(text: string): RestingFile {
  const file = JSON.parse(text) as RestingFile;
  if (file.version !== 1) throw new Error(`unknown version ${String(file.version)}`);
  for (const { address, at } of file.released)
    if (!Number.isFinite(at)) throw new Error(`${address} has no time`);
  return file;
}
