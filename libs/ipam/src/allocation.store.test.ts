import { hashLabels, makeLabels } from '@sluice/labels';
import { assignIdentity, connectStore, keys, type AllocationValue, type IdentityValue } from '@sluice/store';
import { startEtcd } from '@sluice/store/testing/etcd';
import { allocateNode } from './index.js';

describe('what is given out once', () => {
  it('two replicas race for the same label sets: each set has one number, each number one set', async () => {
    await using etcd = await startEtcd();
    await using a = connectStore({ endpoints: etcd.endpoints, tls: etcd.tls });
    await using b = connectStore({ endpoints: etcd.endpoints, tls: etcd.tls });
    const sets = Array.from({ length: 40 }, (_, i) => makeLabels([`k8s:app=app${i}`]));
    const given = await Promise.all(
      sets.flatMap((labels) => [assignIdentity(a, labels), assignIdentity(b, labels)]),
    );
    for (let i = 0; i < sets.length; i += 1) expect(given[2 * i]).toBe(given[2 * i + 1]);
    expect(new Set(given).size).toBe(sets.length);
    const { entries } = await a.list<IdentityValue>(keys.identities());
    expect(entries.map((entry) => hashLabels(entry.value.labels)).sort()).toEqual(
      sets.map(hashLabels).sort(),
    );
  }, 60_000);

  it('two replicas race for the same nodes: no prefix and no number twice; asking again changes nothing', async () => {
    await using etcd = await startEtcd();
    await using a = connectStore({ endpoints: etcd.endpoints, tls: etcd.tls });
    await using b = connectStore({ endpoints: etcd.endpoints, tls: etcd.tls });
    await a.put(keys.pool('v4'), { prefix: '198.18.64.0/22', nodePrefixLength: 24 });
    await a.put(keys.pool('v6'), { prefix: 'fd00:198:1::/48', nodePrefixLength: 64 });
    const nodes = ['n1', 'n2', 'n3', 'n4'];
    const ask = (node: string) => ({ node, addresses: ['198.18.0.9', 'fd00:198::9'] });
    const given = await Promise.all(
      nodes.flatMap((node) => [allocateNode(a, ask(node)), allocateNode(b, ask(node))]),
    );
    for (let i = 0; i < nodes.length; i += 1) expect(given[2 * i]).toEqual(given[2 * i + 1]);
    const each = given.filter((_, i) => i % 2 === 0);
    expect(new Set(each.flatMap((allocation) => allocation.prefixes)).size).toBe(8);
    expect(new Set(each.map((allocation) => allocation.nodeId)).size).toBe(4);
    expect(each[0]?.tunnelAddress).toBe('198.18.0.9');
    expect(await allocateNode(a, ask('n1'))).toEqual(each[0]);
    // The pool of four is empty now: a fifth node gets nothing, and nothing of it remains.
    await expect(allocateNode(a, ask('n5'))).rejects.toMatchObject({ code: 'exhausted' });
    const { entries } = await a.list<AllocationValue>(keys.allocations());
    expect(entries).toHaveLength(4);
  }, 60_000);
});
