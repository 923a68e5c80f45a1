import { jest } from '@jest/globals';
import { hashLabels, makeLabels } from '@sluice/labels';
import { keys } from '@sluice/store';
import { emptyCluster, labelsOf, recordOf } from '../testing/changes.js';
import { MemoryNode } from '../testing/node.js';
import { SharedState } from '../world/state.js';

const IDENTITIES = 10_000;
const POLICIES = 1_000;

/** A cluster of that size, seen from a node with two workloads, of which each policy change below meets at least one. */
class Big {
  readonly node = new MemoryNode();
  readonly state = new SharedState();

  constructor() {
    const { node, state } = this;
    emptyCluster(state);
    for (let i = 0; i < IDENTITIES; i++) {
      this.identity(1000 + i, `far-${i}`);
      this.endpoint(i, 1000 + i);
    }
    for (let i = 0; i < POLICIES; i++)
      this.policy(`p${i}`, { 'user:app': `far-${i}` }, 'user:app', `far-${i + 1}`);
    // Both local workloads let in a thousand of the others, one by one and by a label that all have.
    this.policy('local', { 'user:app': 'a' }, 'user:part', '0');
    node.add(recordOf(1, 'a', null));
    node.add(recordOf(2, 'b', 80));
    expect(node.pass(state).errors).toEqual([]);
    node.pass(state);
  }

  identity(id: number, app: string): void {
    const labels = makeLabels([
      ...labelsOf(app).map((l) => `${l.source}:${l.key}=${l.value}`),
      `user:part=${id % 10}`,
    ]);
    const own = id < 1000 ? labelsOf(app) : labels;
    this.state.identities.set(id, { labels: own, retiring: false });
    this.state.identityOf.set(hashLabels(own), id);
  }

  endpoint(n: number, identity: number): void {
    const node = 'node-4';
    const address = `10.64.${n >> 8}.${n & 255}`;
    if (!this.state.allocations.has(node))
      this.state.allocations.set(node, { nodeId: 4, addresses: ['198.18.0.4'], tunnelAddress: '198.18.0.4', prefixes: ['10.64.0.0/16'] }); // prettier-ignore
    const workload = { source: 'host', scope: 'default', name: `r${n}` };
    const namedPorts = n % 2 === 0 ? [{ name: 'http', port: 80, protocol: 'TCP' }] : [];
    const value = { addresses: [address], identity, workload, namedPorts, state: 'ready' } as const;
    this.state.endpoints.set(keys.endpoint(node, n), { node, id: n, value });
  }

  policy(name: string, subject: object, key: string, value: string): void {
    const document = {
      apiVersion: 'sluice.dev/v1',
      kind: 'Policy',
      metadata: { name, namespace: 'default' },
      spec: {
        endpointSelector: { matchLabels: subject },
        ingress: [{ fromEndpoints: [{ matchLabels: { [key]: value } }] }],
      },
    };
    const ref = { kind: 'Policy', scope: 'default', name };
    this.state.policies.set(keys.policy('Policy', 'default', name), { ...ref, uid: 'u', revision: ++this.state.revision, document }); // prettier-ignore
  }

  /** A pass in which nobody may go through everything. Returns what it took. */
  pass(): { readonly resolved: number; readonly writes: number } {
    const { node, state } = this;
    const through = (): never => {
      throw new Error('went through everything');
    };
    const whole = ['keys', 'values', 'entries', 'forEach', Symbol.iterator] as const;
    const maps = [state.policies, state.identities, state.endpoints];
    for (const map of maps)
      for (const way of whole) Object.defineProperty(map, way, { value: through, configurable: true });
    const { ipcache } = node.kernel.datapath;
    const spies = [
      jest.spyOn(ipcache, 'packed').mockImplementation(through),
      jest.spyOn(node.kernel.datapath.policy, 'put').mockImplementation(through),
    ];
    const asked = [jest.spyOn(node.engine, 'resolve'), jest.spyOn(node.engine, 'update')];
    const before = node.kernel.writes;
    try {
      expect(node.pass(state)).toEqual({ errors: [], warnings: [], suspendedFor: null });
      return {
        resolved: asked.reduce((n, spy) => n + spy.mock.calls.length, 0),
        writes: node.kernel.writes - before,
      };
    } finally {
      for (const map of maps) for (const way of whole) Reflect.deleteProperty(map, way);
      for (const spy of [...spies, ...asked]) spy.mockRestore();
    }
  }
}

describe(`a change among ${IDENTITIES} identities and ${POLICIES} policies`, () => {
  const big = new Big();

  it('of a policy that selects nobody here resolves nothing and writes nothing', () => {
    big.policy('p5', { 'user:app': 'far-5' }, 'user:app', 'far-9');
    expect(big.pass()).toEqual({ resolved: 0, writes: 0 });
  });

  it('of a policy with one local subject resolves that one and writes what differs, and its element', () => {
    big.policy('one', { 'user:app': 'b' }, 'user:app', 'far-7');
    const { resolved, writes } = big.pass();
    expect(resolved).toBeLessThanOrEqual(2);
    // One entry, the element twice (marked, then with its epoch), the counter of epochs.
    expect(writes).toBe(4);
  });

  it('of an identity writes its entry in the classes that meet it, and its address', () => {
    big.identity(20_000, 'new');
    big.endpoint(IDENTITIES, 20_000);
    const { resolved, writes } = big.pass();
    expect(resolved).toBeLessThanOrEqual(2);
    expect(writes).toBe(5);
    expect(big.node.kernel.datapath.ipcache.get('10.64.39.16/32')).toMatchObject({ identity: 20_000 });
  });

  it('of an address writes that address', () => {
    big.endpoint(3, 1004);
    expect(big.pass()).toEqual({ resolved: 0, writes: 1 });
  });

  it('of nothing does nothing', () => expect(big.pass()).toEqual({ resolved: 0, writes: 0 }));

  // For people: nothing here depends on how long it takes.
  afterAll(() => {
    const times = Array.from({ length: 50 }, (_, i) => {
      big.policy('one', { 'user:app': 'b' }, 'user:app', `far-${i}`);
      const started = performance.now();
      big.node.pass(big.state);
      return performance.now() - started;
    }).sort((a, b) => a - b);
    const [half, most] = [times[25]!, times[45]!].map((ms) => ms.toFixed(2));
    process.stdout.write(`one policy until its map writes are done: p50 ${half} ms, p90 ${most} ms\n`);
  });
});
