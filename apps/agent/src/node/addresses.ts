import { canonicalAddress, covers, formatAddress, type PackedPrefix, parsePrefix } from '@sluice/datapath';
import type { Addresses, AddressSet } from '../endpoints/manager.js';
import { AgentError } from '../util/errors.js';

/** How long an address rests before somebody else may have it, in milliseconds. */
export const QUARANTINE_MS = 60_000;
/** The gateway is the first address of a prefix; workloads begin after it. */
const FIRST = 2n;
const GATEWAY = 1n;

const toNumber = (prefix: PackedPrefix): bigint => {
  const size = prefix.family === 4 ? 4 : 16;
  return BigInt(`0x${prefix.bytes.subarray(0, size).toString('hex')}`);
};

function toText(family: 4 | 6, value: bigint): string {
  const size = family === 4 ? 4 : 16;
  return formatAddress(family, Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex'));
}

/**
 * The addresses of this node's prefixes. One that was given back rests for a minute, and the one that was free longest goes
 * first: what was never used, then in the order of release. Which ones are taken comes from the journal, so nothing leaks.
 */
export class AddressBook implements Addresses {
  private prefixes: readonly PackedPrefix[] = [];
  private readonly taken = new Set<string>();
  /** Released addresses and when, oldest first. */
  private readonly released = new Map<string, number>();
  /** Next never-used number of each prefix. */
  private readonly fresh = new Map<string, bigint>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Prefixes that the control plane gave this node. */
  setPrefixes(prefixes: readonly string[]): void {
    this.prefixes = prefixes.map(parsePrefix);
  }

  get ready(): boolean {
    return this.prefixes.length > 0;
  }

  adopt(addresses: readonly string[]): void {
    for (const address of addresses) this.taken.add(canonicalAddress(address));
  }

  release(addresses: readonly string[]): void {
    for (const text of addresses) {
      const address = canonicalAddress(text);
      if (!this.taken.delete(address)) continue;
      this.released.delete(address);
      this.released.set(address, this.now());
    }
  }

  acquire(wished: readonly string[]): AddressSet {
    if (!this.ready) {
      throw new AgentError(
        'UNAVAILABLE',
        'this node has no address prefixes yet: is a control plane running and this node joined?',
      );
    }
    const found = wished.length > 0 ? wished.map((text) => this.wish(text)) : this.oneOfEach();
    const of = (family: 4 | 6): PackedPrefix | null =>
      found.find((prefix) => prefix.family === family) ?? null;
    if (found.length > [of(4), of(6)].filter((x) => x !== null).length) {
      throw new AgentError('INVALID_ARGUMENT', 'at most one address of each family');
    }
    for (const prefix of found) this.taken.add(toText(prefix.family, toNumber(prefix)));
    const [four, six] = [of(4), of(6)];
    return {
      address4: four && toText(4, toNumber(four)),
      address6: six && toText(6, toNumber(six)),
      gateway4: four && this.gateway(four),
      gateway6: six && this.gateway(six),
    };
  }

  private gateway(address: PackedPrefix): string {
    const prefix = this.prefixOf(address)!;
    return toText(prefix.family, toNumber(prefix) + GATEWAY);
  }

  private prefixOf(address: PackedPrefix): PackedPrefix | null {
    return this.prefixes.find((prefix) => covers(prefix, address)) ?? null;
  }

  private wish(text: string): PackedPrefix {
    let packed: PackedPrefix;
    try {
      packed = parsePrefix(text.includes('/') ? '' : text);
    } catch (error) {
      throw new AgentError('INVALID_ARGUMENT', `${JSON.stringify(text)} is no IP address`, error);
    }
    const address = canonicalAddress(text);
    const prefix = this.prefixOf(packed);
    if (!prefix) throw new AgentError('INVALID_ARGUMENT', `${address} is not of this node's prefixes`);
    const host = toNumber(packed) - toNumber(prefix);
    if (host < FIRST || host >= this.end(prefix)) {
      throw new AgentError(
        'INVALID_ARGUMENT',
        `${address} is reserved: it is the network, the gateway or the broadcast address`,
      );
    }
    if (this.taken.has(address)) throw new AgentError('ALREADY_EXISTS', `${address} is in use on this node`);
    if (this.resting(address))
      throw new AgentError('UNAVAILABLE', `${address} was in use a moment ago; try again in a minute`);
    return packed;
  }

  private resting(address: string): boolean {
    const at = this.released.get(address);
    return at !== undefined && this.now() - at < QUARANTINE_MS;
  }

  private oneOfEach(): PackedPrefix[] {
    const found: PackedPrefix[] = [];
    for (const family of [4, 6] as const) {
      const prefixes = this.prefixes.filter((prefix) => prefix.family === family);
      if (prefixes.length === 0) continue;
      const free = this.neverUsed(prefixes) ?? this.longestFree(prefixes);
      if (free === null)
        throw new AgentError('RESOURCE_EXHAUSTED', `no IPv${family} address is free on this node`);
      found.push(parsePrefix(free));
    }
    return found;
  }

  private neverUsed(prefixes: readonly PackedPrefix[]): string | null {
    for (const prefix of prefixes) {
      const key = toText(prefix.family, toNumber(prefix));
      const end = this.end(prefix);
      for (let host = this.fresh.get(key) ?? FIRST; host < end; host++) {
        this.fresh.set(key, host + 1n);
        const address = toText(prefix.family, toNumber(prefix) + host);
        if (!this.taken.has(address) && !this.released.has(address)) return address;
      }
    }
    return null;
  }

  private longestFree(prefixes: readonly PackedPrefix[]): string | null {
    for (const [address] of this.released) {
      if (this.resting(address)) return null;
      const packed = parsePrefix(address);
      if (!prefixes.some((prefix) => covers(prefix, packed))) continue;
      this.released.delete(address);
      return address;
    }
    return null;
  }

  /** Numbers of hosts end here; IPv4 leaves out the broadcast address. */
  private end(prefix: PackedPrefix): bigint {
    const width = prefix.family === 4 ? 32 : 128;
    const size = 1n << BigInt(width - prefix.length);
    return prefix.family === 4 ? size - 1n : size;
  }
}
