import type { ProblemInput } from '@sluice/api';
import { normalise, overlappingNetworks } from '@sluice/policy';
import { keys, type AllocationValue, type Entry, type PoolValue, type Store } from '@sluice/store';
import type { Wanted } from './plan.js';

const KIND = 'ClusterNetworkPolicy';

async function clusterPrefixes(store: Store): Promise<string[]> {
  const [pools, allocations] = await Promise.all([
    store.list<PoolValue>(keys.pools()),
    store.list<AllocationValue>(keys.allocations()),
  ]);
  return prefixesOf(pools.entries, allocations.entries);
}

/** Where workloads and nodes have their addresses. */
export function prefixesOf(
  pools: readonly Pick<Entry<PoolValue>, 'value'>[],
  allocations: readonly Pick<Entry<AllocationValue>, 'value'>[],
): string[] {
  const nodes = allocations.flatMap(({ value }) => [
    ...value.addresses,
    value.tunnelAddress,
    ...value.prefixes,
  ]);
  return [...new Set([...pools.map(({ value }) => value.prefix), ...nodes])];
}

/**
 * Networks of a ClusterNetworkPolicy that overlap the cluster's own addresses: they would have to match pods too, which this version
 * does not do (POLICY: addresses). The store is read only where such a policy is there.
 */
export async function networkProblems(
  policies: readonly Wanted[],
  file: string,
  use: <T>(read: (store: Store) => Promise<T>) => Promise<T>,
): Promise<ProblemInput[]> {
  const concerned = policies.filter(({ ref }) => ref.kind === KIND);
  if (concerned.length === 0) return [];
  const cluster = await use(clusterPrefixes);
  return concerned.flatMap(({ ref, document, index }) => {
    const { policy } = normalise({ ...ref, uid: '', revision: 0, document });
    return overlappingNetworks(policy, cluster).map(({ path, message }) => ({
      document: index,
      path,
      line: 0,
      column: 0,
      message,
      hint: 'name pods or namespaces instead',
      file,
    }));
  });
}
