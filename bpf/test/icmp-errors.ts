/** ICMP errors about the workload's connections as bytes. */
import { GATEWAY, PEER, WORKLOAD } from './bench.js';
import { frame, layer3, layer4, PROTOCOL, u16, type Family } from './packets.js';
import { PORT } from './stage.js';

export interface QuotedSpec {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly port: number;
}

export interface ErrorSpec {
  readonly family: Family;
  /** Who says it: the workload about what it got, or somebody about what the workload sent. */
  readonly from: 'workload' | 'outside';
  readonly source?: string;
  readonly destination?: string;
  /** Default: destination unreachable. */
  readonly type?: number;
  readonly quoted?: Partial<QuotedSpec>;
  /** How many bytes of the quoted packet there are. */
  readonly cut?: number;
}

/** What each family calls its errors: unreachable, too big, time exceeded, parameter problem. */
export const ERRORS = { 4: [3, 11, 12], 6: [1, 2, 3, 4] } as const;
export const icmpOf = (family: Family) => (family === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6);

/** An error that quotes, unless told otherwise, UDP from port 40000 to the one port of the policy. */
export function icmpError({ family, from, quoted = {}, cut, ...over }: ErrorSpec): Buffer {
  const [workload, peer] = [WORKLOAD[family], PEER[family]];
  const inside = from === 'workload';
  const spec = {
    source: inside ? peer : workload,
    destination: inside ? workload : peer,
    protocol: PROTOCOL.udp as number,
    sourcePort: 40_000,
    port: PORT,
    ...quoted,
  };
  const body = layer4({ ...spec, payload: Buffer.alloc(16) });
  const quote = layer3({ ...spec, family, body });
  return frame({
    sourceMac: inside ? WORKLOAD.mac : GATEWAY.mac,
    destinationMac: inside ? GATEWAY.mac : WORKLOAD.mac,
    source: over.source ?? (inside ? workload : peer),
    destination: over.destination ?? (inside ? peer : workload),
    family,
    protocol: icmpOf(family),
    body: Buffer.concat([u16((over.type ?? ERRORS[family][0]) << 8, 0, 0, 0), quote.subarray(0, cut)]),
  });
}
