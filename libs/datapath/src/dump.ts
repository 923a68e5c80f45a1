import type { BpfMap } from '@sluice/native';
import { formatAddress } from './address.js';

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

interface CtLayout {
  readonly family: 4 | 6;
  readonly addressSize: number;
}

function readSide(value: Buffer, offset: number): DumpRow | null {
  const epoch = value.readBigUInt64LE(offset);
  if (epoch === 0n) return null;
  return {
    epoch: String(epoch),
    localIdentity: value.readUInt32LE(offset + 8),
    peerIdentity: value.readUInt32LE(offset + 12),
    cookie: value.readUInt32LE(offset + 16),
    verdict: value.readUInt32LE(offset + 20) === 1 ? 'allow' : 'deny',
  };
}

/** One connection; `now` is CLOCK_MONOTONIC nanoseconds, so that what has expired is told so. */
export function connectionRow(key: Buffer, value: Buffer, layout: CtLayout, now: bigint): DumpRow {
  const { family, addressSize } = layout;
  const ports = addressSize * 2;
  const expires = value.readBigUInt64LE(0);
  const flags = value.readUInt32LE(56);
  const a = `${formatAddress(family, key.subarray(0, addressSize))} ${key.readUInt16BE(ports)}`;
  const b = `${formatAddress(family, key.subarray(addressSize, ports))} ${key.readUInt16BE(ports + 2)}`;
  const [opener, other] = flags & 1 ? [a, b] : [b, a];
  return {
    protocol: protocolName(key[ports + 4] ?? 0),
    from: opener,
    to: other,
    expiresIn: expires > now ? Number((expires - now) / 1_000_000n) / 1000 : 0,
    established: (flags & 32) !== 0,
    flags,
    egress: readSide(value, 8),
    ingress: readSide(value, 32),
  };
}

/** At most `limit` connections of a ct map. */
export function* connectionRows(map: BpfMap, family: 4 | 6, now: bigint): Generator<DumpRow> {
  const layout = { family, addressSize: family === 4 ? 4 : 16 };
  for (const { keys, values, count } of map.iterate(1024)) {
    for (let i = 0; i < count; i++) {
      const key = keys.subarray(i * map.keySize, (i + 1) * map.keySize);
      const value = values.subarray(i * map.valueSize, (i + 1) * map.valueSize);
      yield connectionRow(key, value, layout, now);
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
