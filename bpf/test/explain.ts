/**
 * Reads a frame the slow way and says whether the one rule of the mutation test can have let it pass. Written from the RFCs and
 * from the list of what Sluice refuses, not from the programs: it shares nothing with bpf/lib/parse.h.
 */
export interface Expectation {
  readonly sourceMac: string | null;
  readonly source: Readonly<Record<4 | 6, string>>;
  readonly destination: Readonly<Record<4 | 6, string>>;
  /** The only TCP port that is open. */
  readonly port: number;
}

/** Fragments that follow a first one which passed are explained by it. */
export type Remembered = Set<string>;

const TCP = 6;
const FRAGMENT = 44;

const hex = (data: Buffer, from: number, length: number) =>
  data.subarray(from, from + length).toString('hex');
const macText = (text: string) => text.replaceAll(':', '');

/** Why the frame could not have passed; null where it could. Addresses are given as hexadecimal text. */
export function objection(data: Buffer, expected: Expectation, remembered: Remembered): string | null {
  if (data.length < 14) return 'no Ethernet header';
  if (expected.sourceMac !== null && hex(data, 6, 6) !== macText(expected.sourceMac)) return 'a foreign MAC';
  const type = data.readUInt16BE(12);
  if (type === 0x0800) return ipv4(data.subarray(14), expected, remembered);
  if (type === 0x86dd) return ipv6(data.subarray(14), expected, remembered);
  return `EtherType ${type.toString(16)}`;
}

function ipv4(ip: Buffer, expected: Expectation, remembered: Remembered): string | null {
  if (ip.length < 20) return 'a truncated IPv4 header';
  if (ip.readUInt8(0) !== 0x45) return 'a version or options';
  const total = ip.readUInt16BE(2);
  if (total < 20 || total > ip.length) return 'a wrong total length';
  if (ip.readUInt8(8) === 0) return 'TTL 0';
  if (hex(ip, 12, 4) !== expected.source[4] || hex(ip, 16, 4) !== expected.destination[4]) return 'addresses';
  if (ip.readUInt8(9) !== TCP) return 'a protocol without a rule';
  const field = ip.readUInt16BE(6);
  if (field & 0x8000) return 'the reserved flag';
  const fragment = {
    id: `4/${ip.readUInt16BE(4)}`,
    offset: (field & 0x1fff) * 8,
    more: (field & 0x2000) !== 0,
  };
  return transport(ip.subarray(20, total), fragment, expected, remembered);
}

function ipv6(ip: Buffer, expected: Expectation, remembered: Remembered): string | null {
  if (ip.length < 40) return 'a truncated IPv6 header';
  if (ip.readUInt8(0) >> 4 !== 6) return 'a version';
  const length = ip.readUInt16BE(4);
  if (length === 0 || 40 + length > ip.length) return 'a wrong payload length';
  if (ip.readUInt8(7) === 0) return 'hop limit 0';
  if (hex(ip, 8, 16) !== expected.source[6] || hex(ip, 24, 16) !== expected.destination[6])
    return 'addresses';
  const payload = ip.subarray(40, 40 + length);
  const next = ip.readUInt8(6);
  const whole = { id: '', offset: 0, more: false };
  if (next === TCP) return transport(payload, whole, expected, remembered);
  if (next !== FRAGMENT) return `a next header without a rule: ${next}`;
  if (payload.length < 8 || payload.readUInt8(0) !== TCP) return 'a fragment of something else';
  const field = payload.readUInt16BE(2);
  const fragment = { id: `6/${payload.readUInt32BE(4)}`, offset: field & 0xfff8, more: (field & 1) !== 0 };
  return transport(payload.subarray(8), fragment, expected, remembered);
}

function transport(
  tcp: Buffer,
  { id, offset, more }: { readonly id: string; readonly offset: number; readonly more: boolean },
  { port }: Expectation,
  remembered: Remembered,
): string | null {
  const fragmented = offset > 0 || more;
  if (fragmented && (tcp.length === 0 || (more && tcp.length % 8 !== 0) || offset + tcp.length > 65535))
    return 'an impossible fragment';
  if (offset > 0) return remembered.has(id) ? null : 'an orphan';
  if (tcp.length < 20) return 'a truncated TCP header';
  const header = (tcp.readUInt8(12) >> 4) * 4;
  if (header < 20 || header > tcp.length) return 'a wrong data offset';
  if (tcp.readUInt16BE(2) !== port) return 'a port without a rule';
  const [fin, syn, rst, ack] = [1, 2, 4, 16].map((bit) => (tcp.readUInt8(13) & bit) !== 0);
  if (!fin && !syn && !rst && !ack) return 'no flags';
  if (syn && (fin || rst)) return 'flags that exclude each other';
  if (fin && !ack && !rst) return 'a FIN alone';
  if (more) remembered.add(id);
  return null;
}
