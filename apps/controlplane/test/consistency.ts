import { hashLabels } from '@sluice/labels';
import {
  type AllocationValue,
  type ChangeValue,
  type ClaimValue,
  type IdentityOfValue,
  type IdentityValue,
  keys,
  type LastChangeValue,
  type NodeIdValue,
  type PolicyValue,
  type PrefixOfValue,
  type Store,
} from '@sluice/store';

const POOLS = ['v4', 'v6'];

/** What in a store contradicts itself, in words; empty: nothing. Whatever was killed while it wrote, this must hold at every moment. */
export async function contradictions(store: Store): Promise<string[]> {
  const wrong: string[] = [];
  const all = async <T>(prefix: string) =>
    new Map((await store.list<T>(prefix)).entries.map((entry) => [entry.key.slice(prefix.length), entry]));
  const expect = (holds: boolean, what: string) => void (holds || wrong.push(what));

  const identities = await all<IdentityValue>(keys.identities());
  const numbers = await all<IdentityOfValue>(keys.identityOf(''));
  for (const [n, { value }] of identities)
    expect(
      String(numbers.get(hashLabels(value.labels))?.value.identity) === n,
      `identity ${n} is not what its labels lead to`,
    );
  for (const [hash, { value }] of numbers)
    expect(identities.has(String(value.identity)), `identity-of ${hash} leads to none`);
  for (const n of (await all(keys.retiredIdentities())).keys())
    expect(!identities.has(n), `identity ${n} is there though it is retired`);

  const allocations = await all<AllocationValue>(keys.allocations());
  const ids = await all<NodeIdValue>(keys.nodeIds());
  const given = (await Promise.all(POOLS.map((pool) => all<PrefixOfValue>(keys.prefixesOf(pool))))).flatMap(
    (pool) => [...pool].map(([prefix, { value }]) => [prefix.replace('_', '/'), value.node] as const),
  );
  const owners = new Map(given);
  for (const [node, { value }] of allocations) {
    expect(ids.get(String(value.nodeId))?.value.node === node, `node id ${value.nodeId} is not of ${node}`);
    for (const prefix of value.prefixes)
      expect(owners.get(prefix) === node, `prefix ${prefix} of ${node} is given to ${owners.get(prefix)}`);
  }
  for (const [prefix, node] of owners)
    expect(
      allocations.get(node)?.value.prefixes.includes(prefix) === true,
      `${node} does not know of ${prefix}`,
    );
  for (const [id, { value }] of ids)
    expect(
      allocations.get(value.node)?.value.nodeId === Number(id),
      `${value.node} does not know of node id ${id}`,
    );

  const changes = await all<ChangeValue>(keys.changes());
  for (const [path, { value }] of await all<PolicyValue>(keys.policies())) {
    const named = changes.get(value.change)?.value.policies.some(({ kind, scope, name, deleted }) => {
      return !deleted && `${kind}/${scope}/${name}` === path;
    });
    expect(named === true, `policy ${path} is of a change that does not name it`);
  }
  for (const [id, { value }] of changes)
    for (const { kind, scope, name, before } of value.policies)
      if (before > 0)
        expect(
          (await store.get(keys.history(kind, scope, name, before))) !== null,
          `change ${id}: the form of ${scope}/${name} before it is not in the history`,
        );
  const last = await store.get<LastChangeValue>(keys.lastChange());
  expect(last === null || changes.has(last.value.change), 'the last change is none');
  for (const id of (await all(keys.pendings())).keys())
    expect(changes.has(id), `change ${id} is pending and none`);
  for (const [claim, { value }] of await all<ClaimValue>(keys.claims()))
    expect(claim.endsWith(hashLabels(value.labels)), `claim ${claim} has other labels`);
  return wrong;
}
