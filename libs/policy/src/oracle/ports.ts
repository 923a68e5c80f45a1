import type { PortDocument } from '../documents/types.js';
import type { Action, Ask } from './reading.js';

const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  TCP: [6],
  UDP: [17],
  SCTP: [132],
  ANY: [6, 17, 132],
};

/** The protocols that a name stands for. POLICY 8: ANY with a port is TCP, UDP and SCTP. */
export function protocolsOf(name: string | null | undefined): readonly number[] {
  return NUMBERS[(name ?? 'ANY').toUpperCase()] ?? [];
}

/**
 * POLICY 7: on ingress the name is the subject's own, on egress the peer's. Where workloads of one identity differ, an allow
 * means what all agree on, a deny what any says.
 */
export function namedPort(
  { world, question }: Ask,
  name: string,
  protocols: readonly number[],
  action: Action,
): boolean {
  const { direction, subject, peer, protocol, port, ports } = question;
  const ours = ports ? [ports] : world.namedPorts?.get(subject);
  const workloads = (direction === 'ingress' ? ours : world.namedPorts?.get(peer)) ?? [];
  if (!protocols.includes(protocol) || workloads.length === 0) return false;
  const says = (list: (typeof workloads)[number]) =>
    list.some((p) => p.name === name && p.protocol === protocol && p.port === port);
  return action === 'deny' ? workloads.some(says) : workloads.every(says);
}

/** A port in Cilium's schema: 0 is any port. Protocols without ports, such as ICMP, are in no protocol that a port can have. */
export function ciliumPort(ask: Ask, p: PortDocument, action: Action): string | null {
  const { protocol, port } = ask.question;
  const name = (p.protocol ?? 'ANY').toUpperCase();
  if (!/^\d+$/.test(String(p.port)))
    return namedPort(ask, String(p.port).toLowerCase(), protocolsOf(name), action) ? 'port-name' : null;
  const first = Number(p.port);
  if (!protocolsOf(name).includes(protocol)) return null;
  if (first === 0) return 'port-zero';
  if (p.endPort) return port >= first && port <= p.endPort ? 'port-range' : null;
  if (port !== first) return null;
  return name === 'ANY' ? 'port-any-protocol' : 'port';
}
