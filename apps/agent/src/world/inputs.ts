import {
  isServedBy,
  nodeInputs,
  type NodeInput,
  serviceInputs,
  type ServiceInput,
  type EnforcementMode,
  type NamedPortInput,
  portsOf,
} from '@sluice/policy';
import { parsePrefix } from '@sluice/labels';
import { NODE_FLAG, ReservedIdentity } from '@sluice/datapath';
import type { SettingsValue } from '@sluice/store';
import type { LocalEndpoint } from '../endpoints/manager.js';
import { namedPortsOfRecord } from '../endpoints/record.js';
import type { PolicySettings } from '../kernel/engine.js';
import type { SharedState } from './state.js';

/** The service whose backends are the entity kube-apiserver (Kubernetes: the API's own service). */
const API_SERVICE = 'default/kubernetes';

/** The mode at a time: a suspension ends by this node's clock, whether or not anybody takes it out of the store. */
export function modeAt({ mode, suspended }: SettingsValue, now: number): EnforcementMode {
  return suspended && now < Date.parse(suspended.until) ? 'never' : mode;
}

/** How long a suspension lasts from now, in milliseconds; null where there is none. */
export function suspendedFor({ suspended }: SettingsValue, now: number): number | null {
  const left = suspended ? Date.parse(suspended.until) - now : 0;
  return left > 0 ? left : null;
}

/** `auto` is `always` on a node with workloads of Kubernetes, whose kubelet probes them (POLICY: hosts). */
function allowsLocalHost({ allowLocalHost }: SettingsValue, locals: readonly LocalEndpoint[]): boolean {
  if (allowLocalHost !== 'auto') return allowLocalHost === 'always';
  return locals.some(({ record }) => record.workload.source === 'k8s');
}

/** The endpoint's own named ports. */
export const ownPorts = ({ record }: LocalEndpoint): NamedPortInput[] =>
  portsOf({ identity: 0, namedPorts: namedPortsOfRecord(record) });

/** What of the settings and the local endpoints concerns every policy, at a time. */
export function policySettings(
  { settings }: SharedState,
  locals: readonly LocalEndpoint[],
  now: number,
): Omit<PolicySettings, 'hasApiNode'> {
  return { mode: modeAt(settings, now), allowLocalHost: allowsLocalHost(settings, locals) };
}

/** Services as policies see them: a backend that is no address is nobody. */
export function servicesOf({ services }: SharedState): ServiceInput[] {
  return serviceInputs(services).map((service) => ({
    ...service,
    backends: service.backends.filter(isAddress),
  }));
}

/** What of services and settings is not followed, each with its reason: no address, so nobody is meant by it. */
export function notAddresses({ services, settings }: SharedState): string[] {
  const of = (whose: string, addresses: readonly string[]): string[] =>
    addresses
      .filter((one) => !isAddress(one))
      .map((one) => `${whose}: ${JSON.stringify(one)} is no address and is left out`);
  return [
    ...[...services].flatMap(([name, { backends }]) => of(`backend of service ${name}`, backends)),
    ...of('kubeApiserver of the settings', settings.kubeApiserver ?? []),
  ];
}

function isAddress(text: string): boolean {
  try {
    parsePrefix(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The number of a node in this node's maps: `host`, and for others one of its own where policies name nodes, else `remote-node`
 * for all of them, so that a policy about all of them has one entry.
 */
export function nodeNumber(
  name: string,
  {
    node,
    numbered,
    state,
  }: { readonly node: string; readonly numbered: boolean; readonly state: SharedState },
): number {
  if (name === node) return ReservedIdentity.host;
  const id = state.allocations.get(name)?.nodeId;
  return numbered && id !== undefined ? NODE_FLAG | id : ReservedIdentity.remoteNode;
}

/** Nodes as policies see them from here. */
export function nodesOf(state: SharedState, node: string, numbered: boolean): NodeInput[] {
  const numberOf = (name: string) => nodeNumber(name, { node, numbered, state });
  return nodeInputs(state.allocations, node, numberOf, apiServers(state));
}

/** Whether another node serves the Kubernetes API: a policy about the API then needs the nodes' own numbers. */
export function hasApiNode(state: SharedState, node: string): boolean {
  const addresses = apiServers(state);
  return [...state.allocations].some(
    ([name, allocation]) => name !== node && isServedBy(allocation, addresses),
  );
}

/** Addresses of the entity kube-apiserver: the backends of its service, and those configured. */
export function apiServers({ services, settings }: SharedState): readonly string[] {
  const all = [...(services.get(API_SERVICE)?.backends ?? []), ...(settings.kubeApiserver ?? [])];
  return [...new Set(all.filter(isAddress))];
}
