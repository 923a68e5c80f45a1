import ipaddr from 'ipaddr.js';

export type Family = 4 | 6;

/** A prefix as numbers: `base` has no bits beyond `bits`. An address is a prefix of its whole width. */
export interface Cidr {
  readonly family: Family;
  readonly base: bigint;
  readonly bits: number;
  /** 32 or 128. */
  readonly width: number;
}

/** Parses `198.18.64.0/18`, or an address as its host prefix. Throws where the text is neither; short forms and zones are. */
export function parseCidr(text: string): Cidr {
  const [address, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : host(text);
  const bytes = Buffer.from(address.toByteArray());
  const width = bytes.length * 8;
  const shift = BigInt(width - bits);
  const value = BigInt(`0x${bytes.toString('hex')}`);
  return { family: width === 32 ? 4 : 6, base: (value >> shift) << shift, bits, width };
}

function host(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return [ipaddr.IPv4.parse(text), 32];
  if (!text.includes(':') || text.includes('%')) throw new Error(`${JSON.stringify(text)} is no IP address`);
  return [ipaddr.IPv6.parse(text), 128];
}

/** Text of an address in its shortest usual form (RFC 5952). */
export function formatAddress(family: Family, value: bigint): string {
  const bytes = [...Buffer.from(value.toString(16).padStart(family === 4 ? 8 : 32, '0'), 'hex')];
  return family === 4 ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
}
