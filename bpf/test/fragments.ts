/** Fragments of the workload's traffic as bytes. */
import { GATEWAY, PEER, WORKLOAD } from './bench.js';
import { frame, layer4, PROTOCOL, type Family, type FragmentSpec } from './packets.js';
import { PORT } from './stage.js';

export type Way = 'out' | 'in';

export interface FragmentedSpec {
  readonly family: Family;
  readonly way?: Way;
  readonly protocol?: number;
  readonly port?: number;
  readonly sourcePort?: number;
  /** Bytes of the datagram behind its transport header. */
  readonly length?: number;
  readonly id?: number;
}

/** The bytes from `from` to `to` of a datagram as one fragment; `to` null: to its end. */
export function piece(
  {
    family,
    way = 'out',
    protocol = PROTOCOL.udp,
    port = PORT,
    sourcePort = 40_000,
    length = 256,
    id = 1,
  }: FragmentedSpec,
  from: number,
  to: number | null,
  over: Partial<FragmentSpec> = {},
): Buffer {
  const datagram = layer4({ protocol, sourcePort, port, payload: Buffer.alloc(length) });
  const [workload, peer] = [WORKLOAD[family], PEER[family]];
  return frame({
    sourceMac: way === 'out' ? WORKLOAD.mac : GATEWAY.mac,
    destinationMac: way === 'out' ? GATEWAY.mac : WORKLOAD.mac,
    source: way === 'out' ? workload : peer,
    destination: way === 'out' ? peer : workload,
    family,
    protocol,
    body: datagram.subarray(from, to ?? datagram.length),
    fragment: { id, offset: from, more: to !== null, ...over },
  });
}
