import { hashLabels, type Labels } from '@sluice/labels';
import type { EndpointState, EndpointValue } from '@sluice/store';
import type { SharedState } from '../world/state.js';
import type { LocalEndpoint } from './manager.js';
import { addressesOf, namedPortsOfRecord } from './record.js';

const hashes = new WeakMap<Labels, string>();

/** The hash of a label set; of the same object it is computed once. */
export function hashOf(labels: Labels): string {
  let hash = hashes.get(labels);
  if (hash === undefined) hashes.set(labels, (hash = hashLabels(labels)));
  return hash;
}

/** The number that the store has for a label set. One that is being taken back counts as not assigned. */
export function assigned(labels: Labels, state: SharedState): number | null {
  const number = state.identityOf.get(hashOf(labels));
  if (number === undefined) return null;
  const identity = state.identities.get(number);
  return identity && !identity.retiring ? number : null;
}

export function stateOf(local: LocalEndpoint): EndpointState {
  if (local.identity === null) return 'waiting-for-identity';
  return local.ready ? 'ready' : 'creating';
}

/** What the store is told of an endpoint. */
export function endpointValue(local: LocalEndpoint): EndpointValue {
  const { record } = local;
  return {
    addresses: addressesOf(record),
    identity: local.identity ?? 0,
    workload: record.workload,
    namedPorts: namedPortsOfRecord(record),
    state: stateOf(local),
  };
}
