import { formatAddress, parseCidr, type Cidr, type Family } from './cidr.js';

/** How long an address rests before somebody else may have it, in milliseconds. */
export const QUARANTINE_MS = 60_000;
/** The gateway is the first address of a prefix; workloads begin after it. */
const GATEWAY = 1n;
const FIRST = 2n;
/** Once so many have been given back, those are used again before what was never used: a /64 would never come round. */
const MOST_RELEASED = 1_024;

/** Why an address cannot be had: none is there yet, the wish is wrong, somebody has it, it rests, or all are taken. */
export type AddressErrorCode = 'no-prefix' | 'invalid' | 'in-use' | 'resting' | 'exhausted';

export class AddressError extends Error {
  override readonly name = 'AddressError';
  constructor(
    readonly code: AddressErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** What a workload gets; null: nothing of that family. */
export interface AddressSet {
  readonly address4: string | null;
  readonly address6: string | null;
  readonly gateway4: string | null;
  readonly gateway6: string | null;
}

/** An address that was given back, and when on the clock of the book. */
export interface Released {
  readonly address: string;
  readonly at: number;
}

/**
 * The addresses of one node's prefixes. One that was given back rests for a minute, and the one that was free longest goes
 * first: what was never used, then in the order of release. It keeps nothing itself: which ones are taken, and which were
 * given back, is told by whoever journals them, so nothing leaks and no rest is cut short. Pure but for the clock that it is
 * given, in milliseconds; that must never go back.
 */
export class AddressBook {
  private prefixes: readonly Cidr[] = [];
  /** What `prefixes` were made of. */
  private source: readonly string[] = [];
  private readonly taken = new Set<string>();
  /** Released addresses and when, oldest first. */
  private readonly released = new Map<string, number>();
  /** Next never-used number of each prefix. */
  private readonly fresh = new Map<string, bigint>();
  private closedUntil = -Infinity;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** What was given back so far and not taken again, oldest first: all that an earlier process must hand to the next. */
  get given(): readonly Released[] {
    return [...this.released].map(([address, at]) => ({ address, at }));
  }

  /** Takes over `given` of an earlier book of the same clock. A time that is yet to come counts as now. Throws where one is no address. */
  restore(given: readonly Released[]): void {
    const now = this.now();
    const sorted = given.map(({ address, at }) => ({ address, at: Math.min(at, now) }));
    sorted.sort((a, b) => a.at - b.at);
    for (const { address, at } of sorted) {
      const text = textOf(parseCidr(address));
      if (this.taken.has(text)) continue;
      this.released.delete(text);
      this.released.set(text, at);
    }
  }

  /** Where it is not known what was given back, any address may be such a one: all of them rest. */
  restAll(): void {
    this.closedUntil = this.now() + QUARANTINE_MS;
  }

  /** Prefixes that the control plane gave this node. */
  setPrefixes(prefixes: readonly string[]): void {
    if (prefixes === this.source) return;
    this.source = prefixes;
    this.prefixes = prefixes.map(parseCidr);
  }

  /** Marks addresses as taken. */
  adopt(addresses: readonly string[]): void {
    for (const text of addresses) {
      const address = textOf(parseCidr(text));
      this.taken.add(address);
      this.released.delete(address);
    }
  }

  /** Gives addresses back; those that nobody had are ignored. */
  release(addresses: readonly string[]): void {
    for (const text of addresses) {
      const address = textOf(parseCidr(text));
      if (!this.taken.delete(address)) continue;
      this.released.delete(address);
      this.released.set(address, this.now());
    }
  }

  /** Takes the wished addresses, or one of each family. Throws AddressError, and then nothing is taken. */
  acquire(wished: readonly string[]): AddressSet {
    if (this.prefixes.length === 0) {
      throw new AddressError(
        'no-prefix',
        'this node has no address prefixes yet: is a control plane running and this node joined?',
      );
    }
    if (this.now() < this.closedUntil)
      throw new AddressError(
        'resting',
        'it is not known which addresses were in use a moment ago; try again in a minute',
      );
    const found = wished.length > 0 ? wished.map((text) => this.wish(text)) : this.oneOfEach();
    const of = (family: Family): Cidr | null => found.find((address) => address.family === family) ?? null;
    const [four, six] = [of(4), of(6)];
    if (found.length > [four, six].filter((address) => address !== null).length)
      throw new AddressError('invalid', 'at most one address of each family');
    for (const address of found) {
      this.taken.add(textOf(address));
      this.released.delete(textOf(address));
    }
    return {
      address4: four && textOf(four),
      address6: six && textOf(six),
      gateway4: four && this.gateway(four),
      gateway6: six && this.gateway(six),
    };
  }

  private gateway(address: Cidr): string | null {
    const prefix = this.prefixOf(address);
    return prefix && formatAddress(prefix.family, prefix.base + GATEWAY);
  }

  private prefixOf(address: Cidr): Cidr | null {
    return this.prefixes.find((prefix) => holds(prefix, address)) ?? null;
  }

  private wish(text: string): Cidr {
    const wished = parseWish(text);
    const address = textOf(wished);
    const prefix = this.prefixOf(wished);
    if (!prefix) throw new AddressError('invalid', `${address} is not of this node's prefixes`);
    const host = wished.base - prefix.base;
    if (host < FIRST || host >= endOf(prefix)) {
      throw new AddressError(
        'invalid',
        `${address} is reserved: it is the network, the gateway or the broadcast address`,
      );
    }
    if (this.taken.has(address)) throw new AddressError('in-use', `${address} is in use on this node`);
    if (this.resting(address))
      throw new AddressError('resting', `${address} was in use a moment ago; try again in a minute`);
    return wished;
  }

  private resting(address: string): boolean {
    const at = this.released.get(address);
    return at !== undefined && this.now() - at < QUARANTINE_MS;
  }

  private oneOfEach(): Cidr[] {
    const found: Cidr[] = [];
    for (const family of [4, 6] as const) {
      const prefixes = this.prefixes.filter((prefix) => prefix.family === family);
      if (prefixes.length === 0) continue;
      const again = this.released.size >= MOST_RELEASED ? this.longestFree(prefixes) : null;
      const free = again ?? this.neverUsed(prefixes) ?? this.longestFree(prefixes);
      if (free === null) throw new AddressError('exhausted', `no IPv${family} address is free on this node`);
      found.push(free);
    }
    return found;
  }

  private neverUsed(prefixes: readonly Cidr[]): Cidr | null {
    for (const prefix of prefixes) {
      const key = `${textOf(prefix)}/${prefix.bits}`;
      const end = endOf(prefix);
      for (let host = this.fresh.get(key) ?? FIRST; host < end; host++) {
        this.fresh.set(key, host + 1n);
        const address = { ...prefix, base: prefix.base + host, bits: prefix.width };
        if (!this.taken.has(textOf(address)) && !this.released.has(textOf(address))) return address;
      }
    }
    return null;
  }

  private longestFree(prefixes: readonly Cidr[]): Cidr | null {
    for (const [text] of this.released) {
      if (this.resting(text)) return null;
      const address = parseCidr(text);
      if (prefixes.some((prefix) => holds(prefix, address))) return address;
    }
    return null;
  }
}

const textOf = ({ family, base }: Cidr): string => formatAddress(family, base);

function holds(prefix: Cidr, address: Cidr): boolean {
  if (prefix.family !== address.family) return false;
  const shift = BigInt(prefix.width - prefix.bits);
  return prefix.base >> shift === address.base >> shift;
}

/** Numbers of hosts end here; IPv4 leaves out the broadcast address. */
function endOf(prefix: Cidr): bigint {
  const size = 1n << BigInt(prefix.width - prefix.bits);
  return prefix.family === 4 ? size - 1n : size;
}

function parseWish(text: string): Cidr {
  try {
    if (!text.includes('/')) return parseCidr(text);
  } catch {
    // Said below, as any other text that is no address.
  }
  throw new AddressError('invalid', `${JSON.stringify(text)} is no IP address`);
}
