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
  private last = 0;

  /** Takes over what the kernel's ipcache holds. */
  adopt(entries: Iterable<readonly [string, IpcacheEntry]>): void {
    for (const [prefix, { identity }] of entries) {
      if ((identity & CIDR_FLAG) === 0) continue;
      this.numbers.set(prefix, identity);
      this.prefixes.set(identity, prefix);
      this.last = Math.max(this.last, identity & LAST);
    }
  }

  /** Numbers for exactly these prefixes; those that are not named any more stay reserved until `retain`. */
  assign(prefixes: Iterable<string>): Map<string, number> {
    const assigned = new Map<string, number>();
    for (const text of prefixes) {
      const prefix = canonicalPrefix(text);
      let number = this.numbers.get(prefix);
      if (number === undefined) {
        number = this.next();
        this.numbers.set(prefix, number);
        this.prefixes.set(number, prefix);
      }
      assigned.set(prefix, number);
    }
    return assigned;
  }

  /** The prefix behind a number; null where there is none. */
  prefix(identity: number): string | null {
    return this.prefixes.get(identity) ?? null;
  }

  /** Forgets all but these: to be called once neither ipcache nor policies know the others. */
  retain(identities: ReadonlySet<number>): void {
    for (const [number, prefix] of this.prefixes) {
      if (identities.has(number)) continue;
      this.prefixes.delete(number);
      this.numbers.delete(prefix);
    }
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
