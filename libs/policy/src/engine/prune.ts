import { better } from './better.js';
import { sameProvenance } from './provenance.js';
import { NOT_FOUND_OUTCOME, type Value } from './decide.js';
import { ANY_KEY, covers, keyCode, lastUpTo, longest, parentsOf, rangeOf, type KeyCode } from './key.js';

/** What is written for one level: sorted keys and what each says. */
export interface Written {
  readonly codes: readonly KeyCode[];
  readonly parents: Int32Array;
  readonly values: readonly Value[];
}

/** Whether two say the same at the same keys. */
export function sameWritten(a: Written, b: Written): boolean {
  if (a.codes.length !== b.codes.length) return false;
  for (let i = 0; i < a.codes.length; i++) {
    const [x, y] = [a.values[i]!, b.values[i]!];
    if (a.codes[i] !== b.codes[i] || x.deny !== y.deny || x.precedence !== y.precedence) return false;
    if (!sameProvenance(x.provenance, y.provenance)) return false;
  }
  return true;
}

/** What a look-up finds at one level. */
export function readAt({ codes, parents, values }: Written, code: KeyCode): Value | undefined {
  return codes.length === 0 ? undefined : values[longest(codes, parents, code)];
}

const sizeOf = (code: KeyCode) => 2 ** (17 - (code & 0x1f));

/** Whether longer keys could leave nothing of a key: not of a single port, nor of all protocols. */
const hasInner = (code: KeyCode) => code !== ANY_KEY && (code & 0x1f) < 17;

/** Whether some key of the level has, in it and in what is read beside it, longer keys that together leave nothing of it. */
function hasHidden({ codes, parents }: Written, others: readonly Written[]): boolean {
  if (!codes.some(hasInner)) return false;
  let [all, above] = [codes, parents];
  if (others.some((o) => o.codes.length > 0)) {
    all = [...new Set([...codes, ...others.flatMap((o) => o.codes)])].sort((a, b) => a - b);
    above = parentsOf(all);
  }
  const left = Float64Array.from(all, (code) => (code === ANY_KEY ? Infinity : sizeOf(code)));
  for (let i = 0; i < all.length; i++) if (above[i]! >= 0) left[above[i]!]! -= sizeOf(all[i]!);
  return left.includes(0) && all.some((code, i) => left[i] === 0 && codes.includes(code));
}

/** Packets of a key that stand for all of it: verdicts change only where a longer key begins or has ended. */
function pointsIn(code: KeyCode, levels: readonly Written[]): KeyCode[] {
  const inner = new Set(levels.flatMap((l) => l.codes.filter((c) => c !== code && covers(code, c))));
  const { protocol, first, last } = rangeOf(code);
  const ends = [...inner].map((c) => rangeOf(c).last + 1).filter((port) => port <= last);
  const at = [first, ...[...inner].map((c) => rangeOf(c).first), ...ends];
  return [...new Set(at)].map((port) => keyCode(protocol, port, 16));
}

function without({ codes, values }: Written, at: number): Written {
  const fewer = codes.toSpliced(at, 1);
  return { codes: fewer, parents: parentsOf(fewer), values: values.toSpliced(at, 1) };
}

/** Whether a look-up for some packet of a key finds something else. */
function differs(a: Written, b: Written, others: readonly Written[], code: KeyCode): boolean {
  const outcome = (own: Written, point: KeyCode) =>
    others.reduce((best, o) => better(best, readAt(o, point)), readAt(own, point))?.outcome ??
    NOT_FOUND_OUTCOME;
  return pointsIn(code, [a, b, ...others]).some((p) => outcome(a, p) !== outcome(b, p));
}

/**
 * Leaves out entries of which longer ones, here and in what is read beside them, leave nothing to see, and then what was needed
 * only to be told from them. Shorter keys first: what hides the one that is looked at is all there still.
 */
export function prune(written: Written, others: readonly Written[]): Written {
  if (!hasHidden(written, others)) return written;
  let now = written;
  for (const code of written.codes) {
    if (code === ANY_KEY) continue; // of all protocols there is always one left
    const fewer = without(now, placeOf(now.codes, code));
    if (!differs(now, fewer, others, code)) now = fewer;
  }
  return now;
}

/** Where a key stands among sorted ones; -1 where it does not. */
function placeOf(codes: readonly KeyCode[], code: KeyCode): number {
  const at = lastUpTo(codes, code);
  return codes[at] === code ? at : -1;
}

/** The key of twice the size, and its halves. Not for whole protocols. */
function doubled(code: KeyCode): { parent: KeyCode; first: KeyCode; second: KeyCode } {
  const half = sizeOf(code) << 5;
  const parent = (code & ~half) - 1;
  return { parent, first: parent + 1, second: (parent + 1) | half };
}

function merged({ codes, values }: Written, code: KeyCode): Written | null {
  const { parent, first, second } = doubled(code);
  const [i, j] = [placeOf(codes, first), placeOf(codes, second)];
  if (i < 0 || j < 0 || values[i]!.outcome !== values[j]!.outcome || placeOf(codes, parent) >= 0) return null;
  const highest = values[i]!.precedence > values[j]!.precedence ? values[i]! : values[j]!;
  // What is longer must not rank lower than what covers it.
  const ranksLower = (k: number) => covers(parent, codes[k]!) && values[k]!.precedence < highest.precedence;
  if (codes.some((_, k) => k !== i && k !== j && ranksLower(k))) return null;
  // The parent comes right before its first half.
  const keys = codes.toSpliced(j, 1).with(i, parent);
  return { codes: keys, parents: parentsOf(keys), values: values.toSpliced(j, 1).with(i, highest) };
}

/**
 * Makes one entry of two neighbours that say the same. Rules have no such keys; where a pass is written, its region is cut at
 * the keys of what it passes to, and the pieces may say the same.
 */
export function merge(written: Written, others: readonly Written[]): Written {
  let now = written;
  for (let bits = 16; bits > 0; bits--)
    for (const code of now.codes) {
      if ((code & 0x1f) - 1 !== bits) continue;
      const fewer = merged(now, code);
      if (fewer && !differs(now, fewer, others, doubled(code).parent)) now = fewer;
    }
  return now;
}
