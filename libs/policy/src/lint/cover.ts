import { contains, IDENTITY, NAMESPACE_LABEL, parsePrefix, type Selector } from '@sluice/labels';
import type { NormalRule, Peer, PortMatch, PortRange } from '../normal/form.js';
import { implies } from './logic.js';

/** Whoever meets it is a workload: it has a namespace. */
function onlyWorkloads({ requirements }: Selector): boolean {
  return requirements.some(
    (r) =>
      r.key === NAMESPACE_LABEL &&
      (r.source === 'k8s' || r.source === 'any') &&
      (r.operator === 'In' || r.operator === 'Exists'),
  );
}

type Cidr = Extract<Peer, { type: 'cidr' }>;

function cidrInCidr(outer: Cidr, inner: Cidr): boolean {
  const whole = parsePrefix(inner.prefix);
  if (!contains(parsePrefix(outer.prefix), whole)) return false;
  return outer.except.map(parsePrefix).every((hole) => {
    const overlaps = contains(hole, whole) || contains(whole, hole);
    return !overlaps || inner.except.some((e) => contains(parsePrefix(e), hole));
  });
}

function inIdentity(identity: number, inner: Peer): boolean {
  if (identity === IDENTITY.ANY) return true;
  switch (inner.type) {
    case 'identity':
      return inner.identity === identity;
    case 'cidr':
      return identity === (inner.prefix.includes(':') ? IDENTITY.WORLD_IPV6 : IDENTITY.WORLD_IPV4);
    case 'labels':
      return identity === IDENTITY.CLUSTER && onlyWorkloads(inner.selector);
    default:
      return false;
  }
}

/** Whether whoever is among the peers `inner` surely is among `outer`. */
export function coversPeer(outer: Peer, inner: Peer): boolean {
  if (outer.type === 'identity') return inIdentity(outer.identity, inner);
  if (outer.type === 'labels') return inner.type === 'labels' && implies(inner.selector, outer.selector);
  if (outer.type === 'cidr') return inner.type === 'cidr' && cidrInCidr(outer, inner);
  if (outer.type === 'nodes')
    return inner.type === 'nodes' && (outer.local || !inner.local) && implies(inner.selector, outer.selector);
  const inScope = (scope: string | null) => outer.scope === null || outer.scope === scope;
  if (outer.type === 'service')
    return inner.type === 'service' && inScope(inner.scope) && outer.name === inner.name;
  return inner.type === 'services' && inScope(inner.scope) && implies(inner.selector, outer.selector);
}

/** Ports of a rule, with what its action makes of names. */
export interface CoverPorts {
  readonly ports: readonly PortMatch[];
  readonly action: NormalRule['action'];
}

const NAMED: readonly number[] = [6, 17, 132];
const isRange = (p: PortMatch): p is PortRange => !('name' in p);

/** Whether ranges together hold a whole range. */
function holdsRange(ranges: readonly PortRange[], { protocol, first, last }: PortRange): boolean {
  if (ranges.some((r) => r.protocol === 0)) return true;
  if (protocol === 0) return false;
  let next = first;
  for (const r of ranges.filter((o) => o.protocol === protocol).sort((a, b) => a.first - b.first)) {
    if (r.first > next) return false;
    next = Math.max(next, r.last + 1);
    if (next > last) return true;
  }
  return false;
}

/** Whether every packet that `inner` is about is one that some of `outer` is about. */
export function coverPorts(outer: readonly CoverPorts[], inner: CoverPorts): boolean {
  const ranges = outer.flatMap(({ ports }) => ports.filter(isRange));
  const full = (protocol: number) => holdsRange(ranges, { protocol, first: 0, last: 65535 });
  return inner.ports.every((port) => {
    if (isRange(port)) return holdsRange(ranges, port);
    if ((port.protocol === 0 ? NAMED : [port.protocol]).every(full)) return true;
    // POLICY 7: an allow means what all workloads agree on, a deny what any says.
    return outer.some(({ ports, action }) =>
      ports.some(
        (p) =>
          !isRange(p) &&
          p.name === port.name &&
          (p.protocol === 0 || p.protocol === port.protocol) &&
          (action === 'deny' || inner.action !== 'deny'),
      ),
    );
  });
}
