import { makeLabels } from '@sluice/labels';
import type { EndpointJournal } from '../journal/endpoints.js';
import { EndpointManager } from './manager.js';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function setUp() {
  const done: string[] = [];
  const there = { link: true };
  const note = (what: string) => () => {
    done.push(what);
    return Promise.resolve();
  };
  const manager = new EndpointManager({
    journal: { all: () => [], get: () => null, put: () => undefined } as unknown as EndpointJournal,
    addresses: {
      acquire: () => ({ address4: '198.18.64.9', address6: null, gateway4: null, gateway6: null }),
      adopt: () => undefined,
      release: () => undefined,
    },
    kernel: {
      mtu: () => 1450,
      create: () => Promise.resolve(5),
      furnish: () => Promise.resolve(),
      guard: () => undefined,
      open: note('up'),
      shut: note('down'),
      find: () => (there.link ? 5 : null),
      remove: () => Promise.resolve(),
    },
    onChange: () => undefined,
    log,
  });
  const { record } = await manager.add({
    workload: { source: 'user', scope: 'shop', name: 'web' },
    labels: makeLabels(['user:app=web']),
    namedPorts: [],
    netns: '/run/netns/web',
    interfaceName: 'eth0',
    addresses: [],
  });
  done.length = 0;
  return { manager, done, there, id: record.id };
}

describe('an endpoint whose programs are lost', () => {
  it('has its link put down, once, and up when they are back', async () => {
    const { manager, done, id } = await setUp();
    await manager.guarded(id, true);
    await manager.guarded(id, false);
    await Promise.all([manager.guarded(id, false), manager.guarded(id, false)]);
    await manager.guarded(id, true);
    await manager.guarded(id, true);
    expect(done).toEqual(['down', 'up']);
  });

  it('is left alone where its link has gone, and nobody minds one that is not there', async () => {
    const { manager, done, there, id } = await setUp();
    there.link = false;
    await manager.guarded(id, false);
    await manager.guarded(id + 1, false);
    expect(done).toEqual([]);
  });
});
