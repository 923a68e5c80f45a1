import { CIDR_FLAG, canonicalPrefix, type IpcacheEntry } from '@sluice/datapath';

/** Bits below the flag: how many prefixes can have a number. */
const LAST = CIDR_FLAG - 1;

/**
 * Numbers of the prefixes that policies name: bit 24 set, local to this node, made without asking anybody. A number stays
 * with its prefix as long as the kernel may know it, also over a restart, and numbers go round.
 */
export class CidrIdentities {
  private readonly numbers = new Map<string, number>();
  private readonly prefixes = new Map<number, string>();
  /** Prefixes that nobody names and whose numbers the kernel may know. */
  private readonly unnamed = new Set<string>();
  private last = 0;

  /** Takes over what the kernel's ipcache holds. */
  adopt(entries: Iterable<readonly [string, IpcacheEntry]>): void {
    for (const [prefix, { identity }] of entries) {
      if ((identity & CIDR_FLAG) === 0) continue;
      this.numbers.set(prefix, identity);
      this.prefixes.set(identity, prefix);
      this.unnamed.add(prefix);
      this.last = Math.max(this.last, identity & LAST);
    }
  }

  /** The number of a prefix that is named from now on. */
  assign(text: string): number {
    const prefix = canonicalPrefix(text);
    this.unnamed.delete(prefix);
    let number = this.numbers.get(prefix);
    if (number === undefined) {
      number = this.next();
      this.numbers.set(prefix, number);
      this.prefixes.set(number, prefix);
    }
    return number;
  }

  /** Tells that nobody names a prefix any more. Its number stays reserved until `forget`. Returns the number; null where it had none. */
  release(text: string): number | null {
    const prefix = canonicalPrefix(text);
    const number = this.numbers.get(prefix) ?? null;
    if (number !== null) this.unnamed.add(prefix);
    return number;
  }

  /** The prefix behind a number; null where there is none. */
  prefix(identity: number): string | null {
    return this.prefixes.get(identity) ?? null;
  }

  /** Forgets the numbers of all that is not named: to be called once neither ipcache nor policies know them. */
  forget(): void {
    for (const prefix of this.unnamed) {
      this.prefixes.delete(this.numbers.get(prefix)!);
      this.numbers.delete(prefix);
    }
    this.unnamed.clear();
  }

  private next(): number {
    for (let tries = 0; tries < LAST; tries++) {
      this.last = (this.last % LAST) + 1;
      const number = CIDR_FLAG | this.last;
      if (!this.prefixes.has(number)) return number;
    }
    throw new RangeError(`policies name more than ${LAST} prefixes`);
  }
}
