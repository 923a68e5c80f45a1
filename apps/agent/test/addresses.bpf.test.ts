import { jest } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgentClients, type AgentClients } from '@sluice/api';
import { connectStore, keys, type Store } from '@sluice/store';
import { startEtcd, type TestEtcd } from '@sluice/store/testing/etcd';
import { TestNode, Underlay, until } from './world.js';

jest.setTimeout(60_000);

const ETCD_PORT = 23790;

describe('an agent’s addresses', () => {
  let etcd: TestEtcd;
  let store: Store;
  let underlay: Underlay;
  let node: TestNode;
  let clients: AgentClients;

  const start = async (): Promise<void> => {
    const folder = join(node.folder, 'tls');
    mkdirSync(folder, { recursive: true });
    for (const part of ['ca', 'cert', 'key'] as const) writeFileSync(join(folder, part), etcd.tls[part]);
    const tls = { ca: join(folder, 'ca'), cert: join(folder, 'cert'), key: join(folder, 'key') };
    const endpoints = [`https://127.0.0.1:${ETCD_PORT}`];
    await node.startAgent({ etcd: { endpoints, tls }, controlPlanes: [], tls });
    clients = createAgentClients(node.socket);
  };
  const status = async () =>
    JSON.parse((await clients.agent.status({})).json) as { ready: boolean; notReady: string | null };
  const add = (name: string, timeoutSeconds = 10) =>
    clients.agent.addEndpoint({
      workloadSource: 'host',
      workloadName: name,
      netns: node.workload(name),
      timeoutSeconds,
    });

  beforeAll(async () => {
    etcd = await startEtcd();
    store = connectStore({ endpoints: etcd.endpoints, tls: etcd.tls });
    await store.put(keys.cluster(), { uuid: '00000000-0000-4000-8000-000000000001', generation: 1 });
    underlay = new Underlay();
    node = new TestNode(underlay, 1);
    await node.relay(ETCD_PORT, () => ({ host: etcd.address, port: etcd.port }));
    await start();
  });
  afterAll(async () => {
    clients?.close();
    await node?.close();
    underlay?.close();
    await store?.[Symbol.asyncDispose]();
    await etcd?.stop();
  });

  it('are missed, by name and until they are there', async () => {
    await until('the reason', async () => (await status()).notReady?.includes('no address prefixes'));
    expect((await status()).ready).toBe(false);
    await expect(add('early', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await store.put(keys.allocation(node.name), {
      nodeId: 1,
      addresses: ['198.18.0.1', 'fd00:198:0:1::1'],
      tunnelAddress: '198.18.0.1',
      prefixes: ['198.18.64.0/24', 'fd00:198:0:40::/64'],
    });
    await until('ready', async () => (await status()).ready);
    expect((await status()).notReady).toBeNull();
    // Who waits for that needs no second try.
    expect((await add('first')).addresses).toEqual(['198.18.64.2', 'fd00:198:0:40::2']);
  });

  it('rest after their workload is gone, also where the agent was killed meanwhile', async () => {
    await clients.agent.deleteEndpoint({ workloadSource: 'host', workloadName: 'first' });
    clients.close();
    await node.stopAgent('SIGKILL');
    await start();
    await until('ready', async () => (await status()).ready);
    expect((await add('second')).addresses).toEqual(['198.18.64.3', 'fd00:198:0:40::3']);
  });
});
