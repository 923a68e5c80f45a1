import type { BpfMap } from '@sluice/native';
import { formatAddress } from './address.js';
import {
  CtFlags,
  type CtSide,
  decodeCt4Key,
  decodeCt6Key,
  decodeCtValue,
  Verdict,
} from './generated/layout.js';

/** A row of a map dump: plain JSON. 64-bit numbers are text. */
export type DumpRow = Readonly<Record<string, unknown>>;

const ORDER: readonly [string, number][] = [
  ['TCP', 6],
  ['UDP', 17],
  ['SCTP', 132],
  ['ICMP', 1],
  ['ICMPv6', 58],
];
const protocolName = (number: number): string => ORDER.find(([, n]) => n === number)?.[0] ?? String(number);

/** JSON without bigints. */
export function plain(value: unknown): DumpRow {
  return JSON.parse(
    JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)),
  ) as DumpRow;
}

function side(value: CtSide): DumpRow | null {
  if (value.epoch === 0n) return null;
  return {
    ...value,
    epoch: String(value.epoch),
    verdict: value.verdict === Verdict.VERDICT_ALLOW ? 'allow' : 'deny',
  };
}

/** ct4 keys hold an address as one number, ct6 keys as bytes. */
function addressOf(family: 4 | 6, address: number | Uint8Array): string {
  if (typeof address !== 'number') return formatAddress(family, address);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(address);
  return formatAddress(4, bytes);
}

/** One connection; `now` is CLOCK_MONOTONIC nanoseconds, so that what has expired is told so. */
export function connectionRow(keyBytes: Buffer, valueBytes: Buffer, family: 4 | 6, now: bigint): DumpRow {
  const key = family === 4 ? decodeCt4Key(keyBytes) : decodeCt6Key(keyBytes);
  const { expires, flags, egress, ingress } = decodeCtValue(valueBytes);
  const a = { address: addressOf(family, key.addrA), port: key.portA };
  const b = { address: addressOf(family, key.addrB), port: key.portB };
  const [from, to] = flags & CtFlags.CT_INIT_FROM_A ? [a, b] : [b, a];
  return {
    protocol: protocolName(key.protocol),
    from,
    to,
    expiresIn: expires > now ? Number((expires - now) / 1_000_000n) / 1000 : 0,
    established: (flags & CtFlags.CT_ESTABLISHED) !== 0,
    flags,
    egress: side(egress),
    ingress: side(ingress),
  };
}

/** All connections of a ct map, in chunks so that no copy of the whole is made. */
export function* connectionRows(map: BpfMap, family: 4 | 6, now: bigint): Generator<DumpRow> {
  for (const { keys, values, count } of map.iterate(1024)) {
    for (let i = 0; i < count; i++) {
      const key = keys.subarray(i * map.keySize, (i + 1) * map.keySize);
      const value = values.subarray(i * map.valueSize, (i + 1) * map.valueSize);
      yield connectionRow(key, value, family, now);
    }
  }
}

/** Packets and bytes by reason and direction. */
export interface MetricRow {
  readonly reason: number;
  readonly direction: 'egress' | 'ingress';
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** Sums the per-CPU counters; index = reason * 2 + direction. Rows without a packet are left out. */
export function metricRows(map: BpfMap): MetricRow[] {
  const rows: MetricRow[] = [];
  const { keys, values, count } = map.entries();
  const stride = map.valueSize * map.cpus;
  for (let i = 0; i < count; i++) {
    const index = keys.readUInt32LE(i * 4);
    let packets = 0n;
    let bytes = 0n;
    for (let cpu = 0; cpu < map.cpus; cpu++) {
      packets += values.readBigUInt64LE(i * stride + cpu * map.valueSize);
      bytes += values.readBigUInt64LE(i * stride + cpu * map.valueSize + 8);
    }
    if (packets > 0n)
      rows.push({ reason: index >> 1, direction: index & 1 ? 'ingress' : 'egress', packets, bytes });
  }
  return rows;
}
