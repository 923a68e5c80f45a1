import type { NamedPort, NormalRule, PortRange } from '../normal/form.js';
import { PROTOCOL } from '../normal/shared.js';
import type { NamedPorts } from '../types.js';
import type { Unmets } from './peers.js';
import type { Unmet } from './types.js';

/** What a packet is sent to. ICMP: type << 8 | code. */
export interface Target {
  readonly protocol: number;
  readonly port: number;
  /** The named ports that count: the subject's own on ingress, the peer's on egress. */
  readonly named: NamedPorts;
}

const MET: readonly Unmet[] = [];
const isIcmp = (protocol: number) => protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6;

/** Ports of one protocol mean nothing in the other: `Echo` is no port. */
const comparable = (a: number, b: number) => !isIcmp(a) && !isIcmp(b);

function unmetRange({ protocol, first, last }: PortRange, target: Target): Unmets {
  const every = first === 0 && last === 65535;
  const inside = target.port >= first && target.port <= last;
  if (protocol === 0) return MET; // then the range is every port
  if (protocol !== target.protocol)
    return every || (inside && comparable(protocol, target.protocol))
      ? [{ what: 'protocol', wanted: protocol }]
      : null;
  if (inside) return MET;
  return [{ what: 'port', nearest: target.port < first ? first : last, first, last, protocol }];
}

/** POLICY 7: in an allow or a pass what all workloads agree on, in a deny what any says. */
function unmetName({ protocol, name }: NamedPort, action: NormalRule['action'], target: Target): Unmets {
  if (isIcmp(target.protocol)) return null;
  const borne = target.named.map((list) => list.filter((p) => p.name === name));
  const says = (list: (typeof borne)[number], wanted: number) =>
    list.some((p) => p.protocol === wanted && p.port === target.port);
  const holds = (wanted: number) =>
    borne.length > 0 &&
    (action === 'deny' ? borne.some((l) => says(l, wanted)) : borne.every((l) => says(l, wanted)));
  if (protocol !== 0 && protocol !== target.protocol)
    return holds(protocol) ? [{ what: 'protocol', wanted: protocol }] : null;
  if (holds(target.protocol)) return MET;
  const means = borne.flat().flatMap((p) => (p.protocol === target.protocol ? [p.port] : []));
  return [{ what: 'named-port', name, means: [...new Set(means)].sort((a, b) => a - b) }];
}

/** What keeps a rule from meeting a packet's port: nothing, or each of the ways in which one thing would be enough; null where none is. */
export function unmetPorts(rule: NormalRule, target: Target): Unmets {
  const ways: Unmet[] = [];
  for (const match of rule.ports) {
    const unmet = 'name' in match ? unmetName(match, rule.action, target) : unmetRange(match, target);
    if (unmet?.length === 0) return MET;
    ways.push(...(unmet ?? []));
  }
  return ways.length > 0 ? ways : null;
}
