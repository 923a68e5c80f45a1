import type { ClusterPortDocument, ClusterProtocolDocument, KubernetesPortDocument, PortDocument, PortRuleDocument } from '../documents/types.js'; // prettier-ignore

/** Ports that one list may have (Cilium's limit). */
const MOST = 40;
/** Every port of a protocol. */
const EVERY = '0';

/** `toPorts` with these ports; nothing where there are none, which is every port. */
export function toPorts(ports: readonly PortDocument[]): { readonly toPorts?: readonly PortRuleDocument[] } {
  if (ports.length === 0) return {};
  const lists = Array.from({ length: Math.ceil(ports.length / MOST) }, (_, i) =>
    ports.slice(i * MOST, (i + 1) * MOST),
  );
  return { toPorts: lists.map((list) => ({ ports: list })) };
}

const ranged = (protocol: string, first: number, last: number): PortDocument =>
  last > first ? { port: String(first), endPort: last, protocol } : { port: String(first), protocol };

/** A port of a NetworkPolicy: TCP where no protocol is named. */
export function kubernetesPort({ protocol, port, endPort }: KubernetesPortDocument): PortDocument {
  const own = protocol ?? 'TCP';
  if (typeof port !== 'number') return { port: port ?? EVERY, protocol: own };
  return ranged(own, port, endPort ?? port);
}

function transport(protocol: string, port: ClusterPortDocument | null | undefined): PortDocument {
  if (port?.range) return ranged(protocol, port.range.start, port.range.end);
  return { port: String(port?.number ?? EVERY), protocol };
}

/** A protocol of a ClusterNetworkPolicy. A name is that of whatever protocol bears it. */
export function clusterPort({ tcp, udp, sctp, destinationNamedPort }: ClusterProtocolDocument): PortDocument {
  if (tcp) return transport('TCP', tcp.destinationPort);
  if (udp) return transport('UDP', udp.destinationPort);
  if (sctp) return transport('SCTP', sctp.destinationPort);
  return { port: destinationNamedPort ?? EVERY, protocol: 'ANY' };
}
