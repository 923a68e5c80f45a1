import {
  nodeInputs,
  type PlanInput,
  type PolicyForms,
  type PolicyRef,
  type StoredPolicy,
} from '@sluice/policy';
import { apiServers, nodeNumber } from '../explain/world.js';
import type { ClusterSnapshot } from '../world/snapshot.js';

const NOBODY = '';

/** What is to be planned. */
export interface Planned {
  readonly put: readonly StoredPolicy[];
  readonly deleted: readonly PolicyRef[];
  /** Rows that are kept. */
  readonly limit: number;
}

/** Identities that endpoints bear, and every node as another one: workloads of all nodes are planned together. */
export function planInput(snapshot: ClusterSnapshot, planned: Planned, forms: PolicyForms): PlanInput {
  const live = new Set(snapshot.endpoints.map(({ value }) => value.identity));
  const { mode, allowLocalHost } = snapshot.settings;
  const world = {
    mode,
    policies: snapshot.policies,
    identities: snapshot.identities.filter(({ id }) => live.has(id)),
    services: snapshot.services,
    // The dearest part of a snapshot, which not every plan needs.
    get namedPorts() {
      return snapshot.namedPorts;
    },
    nodes: nodeInputs(
      snapshot.allocations,
      null,
      (name) => nodeNumber(snapshot, name, NOBODY),
      apiServers(snapshot),
    ),
    allowLocalHost: allowLocalHost === 'always',
  };
  return { world, forms, ...planned };
}
