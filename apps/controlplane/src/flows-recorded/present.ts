import type { Party, RecordedFlow } from '@sluice/api';
import { labelsKey, type Labels } from '@sluice/labels';
import type { ClusterSnapshot } from '../world/snapshot.js';

const MOST_WORKLOADS = 10;

interface Bearers {
  readonly identity: number;
  readonly workloads: string[];
}

/**
 * Says of recorded parties who has their labels now: rows outlive identities, whose numbers are given out again. Entities keep
 * their numbers, prefixes have none outside a node.
 */
export function present(
  flows: readonly RecordedFlow[],
  { identities, endpoints }: Pick<ClusterSnapshot, 'identities' | 'endpoints'>,
): RecordedFlow[] {
  const names = new Map<number, Set<string>>();
  for (const { value } of endpoints) {
    const known = names.get(value.identity) ?? new Set();
    names.set(value.identity, known.add(`${value.workload.scope}/${value.workload.name}`));
  }
  const bearers = new Map<string, Bearers>(
    identities.map(({ id, labels }) => [
      labelsKey(labels),
      { identity: id, workloads: [...(names.get(id) ?? [])].sort().slice(0, MOST_WORKLOADS) },
    ]),
  );
  const now = (party: Party | null): Party | null => {
    if (party === null || party.entity !== '' || party.prefix !== '') return party;
    const found = bearers.get(labelsKey(party.labels as unknown as Labels));
    return { ...party, identity: found?.identity ?? 0, workloads: found?.workloads ?? [] };
  };
  return flows.map((flow) => ({ ...flow, source: now(flow.source), destination: now(flow.destination) }));
}
