import { type Label, type Labels, makeLabels, parsePrefix } from '@sluice/labels';
import type { IdentityInput, NamedPortInput, NamedPorts, NodeInput, ServiceInput } from '../types.js';
import { PROTOCOL } from '../normal/normalise.js';

/** What every reader derives of a node beside the labels that it was given. */
export const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/** An endpoint as far as named ports go. */
export interface EndpointPorts {
  readonly identity: number;
  readonly namedPorts: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

/** A service as the store has it. */
export interface KnownService {
  readonly labels: Labels;
  readonly selector: Readonly<Record<string, string>> | null;
  readonly backends: readonly string[];
}

/**
 * The labels that node selectors meet: those given, and the name as `k8s:kubernetes.io/hostname`, which no given label replaces
 * (Kubernetes: well-known labels).
 */
export function nodeLabels(name: string, given: Labels): Labels {
  const derived: Label = { source: 'k8s', key: HOSTNAME_LABEL, value: name };
  return makeLabels([...given.filter((label) => label.key !== HOSTNAME_LABEL), derived]);
}

/** A node as the store has it. */
export interface KnownNode {
  readonly labels?: Labels;
  readonly addresses: readonly string[];
  readonly tunnelAddress: string;
}

/** Whether one of some addresses is a node's. */
export function isServedBy({ addresses, tunnelAddress }: KnownNode, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return false;
  const texts = new Set(wanted.map((address) => parsePrefix(address).text));
  return [...addresses, tunnelAddress].some((own) => own !== '' && texts.has(parsePrefix(own).text));
}

/**
 * Nodes as the resolver of the node `local` sees them. `numberOf` gives the number that stands for each in that node's maps;
 * `apiServers` are the addresses of the Kubernetes API.
 */
export function nodeInputs(
  nodes: Iterable<readonly [name: string, node: KnownNode]>,
  local: string | null,
  numberOf: (name: string) => number,
  apiServers: readonly string[],
): NodeInput[] {
  return [...nodes].map(([name, node]) => ({
    name,
    labels: nodeLabels(name, node.labels ?? []),
    local: name === local,
    identity: numberOf(name),
    apiServer: isServedBy(node, apiServers),
  }));
}

/** An endpoint's own named ports; a protocol that is none is left out. */
export function portsOf({ namedPorts }: EndpointPorts): NamedPortInput[] {
  const numbers: Readonly<Record<string, number>> = PROTOCOL;
  return namedPorts.flatMap(({ name, port, protocol }) => {
    const number = numbers[protocol];
    return number === undefined ? [] : [{ name, port, protocol: number }];
  });
}

/** The distinct lists of named ports of each identity's endpoints. An identity none of whose endpoints names a port is not in it. */
export function namedPortsOf(endpoints: readonly EndpointPorts[]): Map<number, NamedPorts> {
  if (endpoints.every(({ namedPorts }) => namedPorts.length === 0)) return new Map();
  const lists = new Map<number, Map<string, readonly NamedPortInput[]>>();
  for (const endpoint of endpoints) {
    const ports = portsOf(endpoint).sort((a, b) => (portKey(a) < portKey(b) ? -1 : 1));
    const known = lists.get(endpoint.identity) ?? new Map<string, readonly NamedPortInput[]>();
    lists.set(endpoint.identity, known.set(ports.map(portKey).join(), ports));
  }
  const named = [...lists].filter(([, known]) => [...known.values()].some((ports) => ports.length > 0));
  return new Map(named.map(([identity, known]) => [identity, [...known.values()]]));
}

const portKey = ({ name, protocol, port }: NamedPortInput): string => `${name}/${protocol}/${port}`;

/** Services by `scope/name`. */
export function serviceInputs(services: ReadonlyMap<string, KnownService>): ServiceInput[] {
  return [...services].map(([key, service]) => {
    const slash = key.indexOf('/');
    return { scope: key.slice(0, slash), name: key.slice(slash + 1), ...service };
  });
}

/** Identities without those that are being taken back. */
export function identityInputs(
  identities: ReadonlyMap<number, { readonly labels: Labels; readonly retiring: boolean }>,
): IdentityInput[] {
  return [...identities].flatMap(([id, { labels, retiring }]) => (retiring ? [] : [{ id, labels }]));
}
