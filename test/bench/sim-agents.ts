import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connectStore, keys, type Batch } from '@sluice/store';
import { securityLabels } from '../../apps/agent/dist/endpoints/labels.js';
import { MemoryNode } from '../../apps/agent/dist/testing/node.js';
import { SharedState } from '../../apps/agent/dist/world/state.js';

/**
 * Agents without a kernel: the real reflector and resolver, each with a connection of its own, maps in memory, one workload.
 * `sim-agents.ts ENDPOINT PKI-FOLDER FIRST COUNT`, in the control plane's network namespace. Prints `ready` once all have read
 * the store; then `policy MS` when the last one has realized a change of policies, and `floor MS` when the last one has heard of
 * what `put` on the standard input writes. MS is CLOCK_MONOTONIC; the line `put MS` says when that was written.
 */
const [endpoint, pki, first, count] = process.argv.slice(2) as [string, string, string, string];
const COUNT = Number(count);
/** A service that no policy names. */
const FLOOR = keys.service('bench', 'floor');
const pem = (name: string) => readFileSync(join(pki, name));
const tls = { ca: pem('ca.crt'), cert: pem('controlplane.crt'), key: pem('controlplane.key') };
const connect = () => connectStore({ endpoints: [endpoint], tls });
const now = () => Number(process.hrtime.bigint()) / 1e6;
const tell = (what: string, when: number) => console.log(`${what} ${when}`);

/** Tells when the last agent has come to a revision. */
class Last {
  private readonly seen = new Map<number, number>();
  private readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
  at(revision: number): void {
    const seen = (this.seen.get(revision) ?? 0) + 1;
    this.seen.set(revision, seen);
    if (seen < COUNT) return;
    this.seen.delete(revision);
    tell(this.what, now());
  }
}
const policies = new Last('policy');
const floors = new Last('floor');

function start(number: number) {
  const name = `sim${number}`;
  const store = connect();
  const state = new SharedState();
  const node = new MemoryNode(name);
  const workload = { source: 'user', scope: 'shop', name };
  const address4 = `198.19.${number >> 8}.${number & 255}`;
  const none = { address6: null, gateway6: null, gateway4: null };
  node.add({
    ...{ version: 1, id: 1, workload, netns: '', interfaceName: 'eth0', hostInterface: 'sl1', mtu: 1450 },
    ...{ labels: securityLabels(workload, [{ source: 'user', key: 'app', value: 'client' }]), address4 },
    ...{ mac: '02:00:00:00:00:01', hostMac: '02:00:00:00:00:02', ...none, phase: 'active' },
  });
  const take = (batch: Batch) => {
    const has = (prefix: string) => !batch.full && batch.changes.some(({ key }) => key.startsWith(prefix));
    const { revision } = batch;
    if (has(FLOOR)) floors.at(revision);
    state.apply(batch);
    const { errors } = node.pass(state);
    if (errors.length > 0) throw new Error(errors.join('; '));
    if (has(keys.policies())) policies.at(revision);
    if (!has(FLOOR))
      void store.put(keys.realized(name), { generation: 1, revision, errors }).catch(() => undefined);
  };
  const reflector = store.reflect({ prefix: keys.shared(), onBatch: take });
  reflector.start();
  return { store, synced: reflector.synced() };
}

const agents = Array.from({ length: COUNT }, (_, i) => start(Number(first) + i));
await Promise.all(agents.map(({ synced }) => synced));
console.log('ready');
const store = connect();
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'put') continue;
  tell('put', now());
  await store.put(FLOOR, { labels: [], selector: null, backends: [], owner: 'api' });
}
await store.delete(FLOOR);
for (const agent of agents) await agent.store[Symbol.asyncDispose]();
await store[Symbol.asyncDispose]();
