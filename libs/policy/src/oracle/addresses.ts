import type { Labels } from '@sluice/labels';
import { isCidrIdentity, isOutside } from './labels.js';

/** An address or prefix as bits, e.g. `11000110…`. */
function bitsOf(text: string): { family: 4 | 6; bits: string } {
  const [address = '', length] = text.split('/');
  const family = address.includes(':') ? 6 : 4;
  const all = family === 4 ? bits4(address) : bits6(address);
  return { family, bits: all.slice(0, length === undefined ? all.length : Number(length)) };
}

function bits4(address: string): string {
  return address
    .split('.')
    .map((n) => Number(n).toString(2).padStart(8, '0'))
    .join('');
}

function bits6(address: string): string {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...(tail === undefined ? [] : middle), ...right]
    .map((w) => parseInt(w, 16).toString(2).padStart(16, '0'))
    .join('');
}

/** Whether the one prefix lies within the other. */
export function inside(inner: string, outer: string): boolean {
  const [a, b] = [bitsOf(inner), bitsOf(outer)];
  return a.family === b.family && a.bits.startsWith(b.bits);
}

/** The prefix behind a CIDR identity: its longest. */
function prefixBehind(labels: Labels): string {
  const prefixes = labels.filter((l) => l.source === 'cidr').map((l) => l.key);
  return prefixes.sort((a, b) => Number(b.split('/')[1]) - Number(a.split('/')[1]))[0] ?? '';
}

/** POLICY 5: a CIDR peer matches what is neither endpoint nor node, and lies within the prefix and in none of its exceptions. */
export function cidrPeer(
  { cidr, except }: { readonly cidr: string; readonly except?: readonly string[] | null },
  peer: number,
  family: 4 | 6,
  labels: Labels,
): boolean {
  if (isCidrIdentity(peer)) {
    const prefix = prefixBehind(labels);
    return inside(prefix, cidr) && !(except ?? []).some((e) => inside(prefix, e));
  }
  // The rest of the world is inside nothing but everything.
  const outer = bitsOf(cidr);
  return isOutside(peer) && outer.bits === '' && outer.family === family && !except?.length;
}
