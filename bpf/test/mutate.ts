/** Packets with small mistakes, the same ones for the same seed. */
import { Random } from '@sluice/policy/testing/worlds';

/** For each of the four programs; a million in all. SLUICE_MUTATIONS is how many in all, SLUICE_SEED another beginning: see scripts/nightly. */
export const MUTATIONS = Math.ceil(Number(process.env['SLUICE_MUTATIONS'] ?? 1_000_000) / 4);
/** Milliseconds that so many may take. */
export const MUTATIONS_MS = Math.max(120_000, MUTATIONS);
const SEED = Number(process.env['SLUICE_SEED'] ?? 0);

/** The random numbers of one program. */
export const seeded = (program: number): Random => new Random(SEED * 4 + program);

/** Byte offsets worth hitting more often than others: the headers. */
const HEADERS = 14 + 40 + 8 + 20;
/** The kernel does not run a program on a frame that is shorter than its Ethernet and IP headers (net/bpf/test_run.c). */
const SHORTEST = 14 + 40;
const BYTES = [0, 1, 2, 4, 5, 6, 8, 17, 44, 58, 60, 64, 0x45, 0x46, 0x60, 0x7f, 0x80, 0xff];

/** One to four of: a flipped bit, a byte of meaning, a cut, an added tail, an inserted IPv6 fragment header. */
export function mutate(r: Random, original: Buffer): Buffer {
  let data: Buffer = Buffer.from(original);
  for (let n = r.int(1, 4); n > 0; n -= 1) {
    const at = r.int(0, Math.min(HEADERS, data.length) - 1);
    const kind = r.int(0, 9);
    if (kind < 4) data.writeUInt8(data.readUInt8(at) ^ (1 << r.int(0, 7)), at);
    else if (kind < 7) data.writeUInt8(r.pick(BYTES), at);
    else if (kind === 7) data = data.subarray(0, r.int(Math.min(SHORTEST, data.length), data.length));
    else if (kind === 8) data = Buffer.concat([data, Buffer.alloc(r.int(1, 64), r.int(0, 255))]);
    else data = fragmented(r, data);
  }
  return data;
}

/** Makes it a fragment, well-formed more often than not. */
function fragmented(r: Random, data: Buffer): Buffer {
  const type = data.length >= 62 ? data.readUInt16BE(12) : 0;
  const offset = r.pick([0, 0, 1, 2, 3, 100]);
  const copy = Buffer.from(data);
  if (type === 0x0800) {
    copy.writeUInt16BE(r.int(1, 3), 18);
    copy.writeUInt16BE(offset | r.pick([0, 0x2000]), 20);
    return copy;
  }
  if (type !== 0x86dd) return copy;
  const header = Buffer.from([copy.readUInt8(20), 0, 0, 0, 0, 0, 0, r.int(1, 3)]);
  header.writeUInt16BE((offset << 3) | r.int(0, 1), 2);
  copy.writeUInt8(44, 20);
  copy.writeUInt16BE((copy.readUInt16BE(18) + 8) & 0xffff, 18);
  return Buffer.concat([copy.subarray(0, 54), header, copy.subarray(54)]);
}
