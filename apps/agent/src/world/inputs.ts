import {
  namedPortsOf,
  isServedBy,
  nodeInputs,
  type NodeInput,
  serviceInputs,
  type EnforcementMode,
  type NamedPortInput,
  type NamedPorts,
  portsOf,
} from '@sluice/policy';
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

/** What names of ports mean, by identity. Local endpoints are taken from here, not from the store. */
export function portNames(
  state: SharedState,
  locals: readonly LocalEndpoint[],
  node: string,
): ReadonlyMap<number, NamedPorts> {
  const remote = [...state.endpoints.values()].flatMap((e) => (e.node === node ? [] : [e.value]));
  const here = locals.flatMap(({ record, identity }) =>
    identity === null ? [] : [{ identity, namedPorts: namedPortsOfRecord(record) }],
  );
  return namedPortsOf([...remote, ...here]);
}

/** What of the store and the local endpoints concerns every policy. */
export function policySettings(
  state: SharedState,
  locals: readonly LocalEndpoint[],
  { node, now }: { readonly node: string; readonly now: number },
): PolicySettings {
  return {
    mode: modeAt(state.settings, now),
    allowLocalHost: allowsLocalHost(state.settings, locals),
    services: serviceInputs(state.services),
    hasApiNode: hasApiNode(state, node),
  };
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
function hasApiNode(state: SharedState, node: string): boolean {
  const addresses = apiServers(state);
  return [...state.allocations].some(
    ([name, allocation]) => name !== node && isServedBy(allocation, addresses),
  );
}

/** Addresses of the entity kube-apiserver: the backends of its service, and those configured. */
export function apiServers({ services, settings }: SharedState): readonly string[] {
  return [...new Set([...(services.get(API_SERVICE)?.backends ?? []), ...(settings.kubeApiserver ?? [])])];
}
