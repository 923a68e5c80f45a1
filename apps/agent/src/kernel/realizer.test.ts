import { EndpointFlag, packKey, unpackKey } from '@sluice/datapath';
import { before, FROM_WEB, World } from '../testing/world.js';

describe('Realizer', () => {
  it('opens an endpoint last: policy, then ipcache, then the endpoint', () => {
    const world = new World();
    world.identity(300, 'db');
    const local = world.local('db');
    const journal = world.pass();
    before(journal, /^policy 300/, 'ipcache put "198.18.65.2/32"');
    before(journal, 'ipcache put "198.18.65.2/32"', 'interfaces put 11');
    expect(local).toMatchObject({ identity: 300, ready: true });
    expect(world.endpoints.get('198.18.65.2')).toMatchObject({
      identity: 300,
      policyClass: 300,
      flags: EndpointFlag.ready | EndpointFlag.redirectPeer,
    });
    expect(world.pass()).toEqual([]);
  });

  it('keeps an endpoint shut that has no identity yet', () => {
    const world = new World();
    const local = world.local('db');
    world.pass();
    expect(local.ready).toBe(false);
    expect(world.endpoints.get('198.18.65.2')).toMatchObject({
      identity: 5,
      policyClass: 0,
      flags: EndpointFlag.redirectPeer,
    });
  });

  it('has a new identity in local policies before the ipcache points to it, and out only after the ipcache has left it', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.policy(FROM_WEB);
    world.pass();
    world.identity(301, 'web');
    world.remote('198.18.66.9', 301);
    before(world.pass(), 'policy 300: 301', 'ipcache put "198.18.66.9/32"');
    world.state.endpoints.clear();
    world.state.identities.delete(301);
    before(world.pass(), 'ipcache delete "198.18.66.9/32"', 'policy 300: ');
  });

  it('does both at once for an address that changes hands within one batch', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    world.policy(FROM_WEB);
    world.remote('198.18.66.9', 301);
    world.pass();
    world.state.endpoints.clear();
    world.state.identities.delete(301);
    world.identity(302, 'web');
    world.remote('198.18.66.9', 302);
    const journal = world.pass();
    before(journal, 'policy 300: 301,302', 'ipcache put "198.18.66.9/32"');
    before(journal, 'ipcache put "198.18.66.9/32"', 'policy 300: 302');
  });

  it('gives the prefixes of policies numbers of this node, and takes them back', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.policy({ endpointSelector: {}, egress: [{ toCIDR: ['10.0.0.0/8'] }] });
    before(world.pass(), /^policy 300: 1677721\d/, 'ipcache put "10.0.0.0/8"');
    world.state.policies.clear();
    before(world.pass(), 'policy 300: ', 'ipcache delete "10.0.0.0/8"');
    expect(world.pass()).toEqual([]);
  });

  it('has a new prefix in ipcache and policy under the old rules before the new rules come', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.policy({ endpointSelector: {}, egress: [{ toCIDR: ['10.0.0.0/8'] }] });
    world.pass();
    const old = world.ipcache.get('10.0.0.0/8')!.identity;
    world.policy({ endpointSelector: {}, egress: [{ toCIDR: ['10.1.0.0/16'] }] });
    const journal = world.pass();
    const fresh = world.ipcache.get('10.1.0.0/16')!.identity;
    expect(journal).toEqual([
      `policy 300: ${old},${fresh}`,
      'ipcache put "10.1.0.0/16"',
      `policy 300: ${fresh}`,
      'ipcache delete "10.0.0.0/8"',
    ]);
  });

  it('keeps policy entries of what the ipcache still names when the ipcache cannot be written', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    world.policy(FROM_WEB);
    world.remote('198.18.66.9', 301);
    world.pass();
    world.ipcache.full = true;
    world.state.endpoints.clear();
    world.state.identities.delete(301);
    world.identity(302, 'web');
    world.remote('198.18.66.10', 302);
    const journal = world.pass();
    expect(journal).toContain('policy 300: 301,302');
    expect(journal.at(-1)).toMatch(/^error ipcache/);
    world.ipcache.full = false;
    expect(world.pass()).toContain('policy 300: 302');
  });

  it('leaves an endpoint shut whose policy cannot be written, and opens it later', () => {
    const world = new World();
    world.identity(300, 'db');
    const local = world.local('db');
    world.broken = true;
    expect(world.pass().at(-1)).toMatch(/^error policy of identity 300: broken/);
    expect(local.ready).toBe(false);
    world.broken = false;
    world.pass();
    expect(local.ready).toBe(true);
  });

  it('puts back what others have changed, once it is told to look', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.pass();
    const [address] = world.ipcache.content.keys();
    world.ipcache.content.delete(address!);
    world.ipcache.content.set(packKey(Buffer.from('"10.0.0.0/8"')), Buffer.from('{}'));
    world.endpoints.content.clear();
    world.host.value = null;
    expect(world.pass()).toEqual([]);
    world.realizer.refresh();
    expect(world.pass().sort()).toEqual(
      [
        `ipcache put ${unpackKey(address!).toString()}`,
        'ipcache delete "10.0.0.0/8"',
        'endpoints put "198.18.65.2"',
        'host is left alone',
      ].sort(),
    );
    expect(world.pass()).toEqual([]);
  });

  it('removes a class when its last endpoint has gone, after the endpoint', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.pass();
    world.locals.length = 0;
    expect(world.pass()).toContain('policy 300 removed');
  });
});
