import { NAMESPACE_LABEL, formatLabel, reservedName, type Label, type Requirement } from '@sluice/labels';
import { PROTOCOL } from '../normal/shared.js';
import type { SideQuestion, Unmet } from './types.js';

const NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(PROTOCOL).map(([name, number]) => [number, name === 'ICMPV6' ? 'ICMPv6' : name]),
);

/** `TCP` for 6 and so on; the number where it has no name here. */
export function protocolName(protocol: number): string {
  return NAMES[protocol] ?? String(protocol);
}

const isIcmp = (protocol: number) => protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6;

/** `port 8443`, `type 8` for ICMP. */
function portText(protocol: number, port: number): string {
  return isIcmp(protocol) ? `type ${port >> 8}` : `port ${port}`;
}

const keyText = ({ source, key }: Requirement): string => (source === 'any' ? key : `${source}:${key}`);
const isNamespace = ({ source, key }: Requirement) =>
  key === NAMESPACE_LABEL && (source === 'k8s' || source === 'any');

function listed(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `one of ${values.join(', ')}`;
}

function namespaceText(who: string, { operator, values }: Requirement, label: Label | null): string {
  if (!label) return `${who} is in no namespace, and no workload`;
  if (operator === 'In') return `${who} is in namespace ${label.value}, not in ${listed(values)}`;
  return `${who} is in namespace ${label.value}, which the selector excludes`;
}

function labelText(who: string, requirement: Requirement, label: Label | null): string {
  const { operator, values } = requirement;
  if (isNamespace(requirement)) return namespaceText(who, requirement, label);
  const key = keyText(requirement);
  if (operator === 'NotIn' || operator === 'DoesNotExist')
    return `${who} has label ${label ? formatLabel(label) : key}, which the selector excludes`;
  const wanted =
    operator === 'Exists' || values.length !== 1
      ? key + (operator === 'In' ? ` with ${listed(values)}` : '')
      : `${key}=${values[0] ?? ''}`;
  if (!label) return `${who} lacks label ${wanted}`;
  return `${who} has label ${formatLabel(label)}, not ${wanted}`;
}

const ENTITIES: Readonly<Record<string, string>> = { cluster: 'a workload of the cluster' };

function prefixText(who: string, { prefix, except, workload }: Extract<Unmet, { what: 'prefix' }>): string {
  if (workload !== null)
    return `${who} has ${workload}, which is in ${prefix}, but CIDR peers match neither workloads nor nodes`;
  return except === null ? `${who} is not in ${prefix}` : `${who} is in ${except}, an exception of ${prefix}`;
}

/** What is not met, in a sentence without a full stop. `source` and `destination` are named as they are seen in the connection. */
export function wordsOf(unmet: Unmet, { direction, protocol, port }: SideQuestion): string {
  const subject = direction === 'egress' ? 'the source' : 'the destination';
  const peer = direction === 'egress' ? 'the destination' : 'the source';
  switch (unmet.what) {
    case 'label':
      return labelText(unmet.of === 'subject' ? subject : peer, unmet.requirement, unmet.label);
    case 'port': {
      const { first, last } = unmet;
      const single = first === last || (isIcmp(protocol) && first >> 8 === last >> 8);
      const range = isIcmp(protocol) ? `${first >> 8}-${last >> 8}` : `${first}-${last}`;
      const shown = portText(protocol, port);
      return single
        ? `${shown} is not ${isIcmp(protocol) ? first >> 8 : first}`
        : `${shown} is not in ${range}`;
    }
    case 'protocol':
      return `protocol ${protocolName(protocol)} is not ${protocolName(unmet.wanted)}`;
    case 'named-port': {
      const where = `${protocolName(protocol)} port ${JSON.stringify(unmet.name)} of the destination`;
      if (unmet.means.length === 0) return `the destination has no ${protocolName(protocol)} port ${JSON.stringify(unmet.name)}`;
      if (unmet.means.length === 1 && unmet.means[0] !== port) return `port ${port} is not ${where}, which is ${unmet.means[0]}`;
      return `${where} is not ${port} on all workloads of its identity (${unmet.means.join(', ')})`;
    } // prettier-ignore
    case 'identity': {
      const name = reservedName(unmet.identity) ?? String(unmet.identity);
      return `${peer} is not ${ENTITIES[name] ?? name}`;
    }
    case 'prefix':
      return prefixText(peer, unmet);
    case 'node':
      return unmet.itself ? `${peer} is the node itself, and other nodes are meant` : `${peer} is no node`;
    case 'service':
      return `there is no service ${unmet.scope === null ? '' : `${unmet.scope}/`}${unmet.name}`;
  }
}
