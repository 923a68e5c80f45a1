import { covers, type PackedPrefix, parsePrefix } from '@sluice/datapath';

/**
 * A set of prefixes that knows which of them contain one and which lie in it, without a look at the others. Any spelling of a
 * prefix may be given; all throw BAD_ADDRESS for what is none.
 */
export class PrefixSet {
  private readonly byKey = new Map<string, string>();
  /** Sorted keys: what lies in a prefix stands in one piece. */
  private readonly sorted: string[] = [];
  /** How many prefixes there are of each family and length. */
  private readonly lengths = new Map<number, number>();

  get size(): number {
    return this.byKey.size;
  }

  add(prefix: string): void {
    const packed = parsePrefix(prefix);
    const key = keyOf(packed);
    if (this.byKey.has(key)) return;
    this.byKey.set(key, prefix);
    this.sorted.splice(this.place(key), 0, key);
    const length = lengthKey(packed.family, packed.length);
    this.lengths.set(length, (this.lengths.get(length) ?? 0) + 1);
  }

  delete(prefix: string): void {
    const packed = parsePrefix(prefix);
    const key = keyOf(packed);
    if (!this.byKey.delete(key)) return;
    this.sorted.splice(this.place(key), 1);
    const length = lengthKey(packed.family, packed.length);
    const left = this.lengths.get(length)! - 1;
    if (left > 0) this.lengths.set(length, left);
    else this.lengths.delete(length);
  }

  /** The members that contain all of a prefix, itself among them where it is a member; the longest first. */
  covering(prefix: string): string[] {
    const packed = parsePrefix(prefix);
    const found: string[] = [];
    for (let length = packed.length; length >= 0; length--) {
      if (!this.lengths.has(lengthKey(packed.family, length))) continue;
      const member = this.byKey.get(keyOf({ ...packed, length, bytes: cut(packed.bytes, length) }));
      if (member !== undefined) found.push(member);
    }
    return found;
  }

  /** The members that lie in a prefix, itself among them where it is a member. */
  inside(prefix: string): string[] {
    const packed = parsePrefix(prefix);
    const found: string[] = [];
    for (let at = this.place(keyOf(packed)); at < this.sorted.length; at++) {
      const member = this.byKey.get(this.sorted[at]!)!;
      if (!covers(packed, parsePrefix(member))) break;
      found.push(member);
    }
    return found;
  }

  /** Where a key stands, or would. */
  private place(key: string): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const lengthKey = (family: number, length: number): number => family * 256 + length;

/** In the order of family, address, length: a prefix stands right before all that lie in it. */
function keyOf({ family, bytes, length }: PackedPrefix): string {
  return String.fromCharCode(family) + bytes.toString('latin1') + String.fromCharCode(length);
}

function cut(bytes: Buffer, length: number): Buffer {
  const result = Buffer.alloc(bytes.length);
  const whole = length >> 3;
  bytes.copy(result, 0, 0, whole);
  if (length & 7) result[whole] = bytes[whole]! & (0xff << (8 - (length & 7)));
  return result;
}
