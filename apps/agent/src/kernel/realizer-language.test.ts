import { EndpointFlag } from '@sluice/datapath';
import { before, FROM_WEB, World } from '../testing/world.js';

const http = (port: number) => [{ name: 'http', port, protocol: 'TCP' }];
const portsIn = (world: World, policyClass: number): number[] =>
  world.classes.get(policyClass)!.form.entries.map(({ port }) => port);

describe('Realizer with the whole language', () => {
  const BY_NAME = {
    endpointSelector: {},
    ingress: [{ fromEntities: ['world'], toPorts: [{ ports: [{ port: 'http', protocol: 'TCP' }] }] }],
  };

  it('gives workloads whose named ports differ classes of their own, and one again when no rule names a port', () => {
    const world = new World();
    world.identity(300, 'web');
    world.local('web', http(80));
    world.local('web', http(8080));
    world.pass();
    expect([...world.classes.keys()]).toEqual([300]);
    world.policy(BY_NAME);
    const journal = world.pass();
    const [first, second] = ['198.18.65.2', '198.18.65.3'].map((a) => world.endpoints.get(a)!.policyClass);
    expect(new Set([300, first, second]).size).toBe(3);
    expect(new Set(portsIn(world, first!))).toEqual(new Set([80]));
    expect(new Set(portsIn(world, second!))).toEqual(new Set([8080]));
    before(journal, new RegExp(`^policy ${first}:`), 'endpoints put "198.18.65.2"');
    before(journal, 'endpoints put "198.18.65.2"', 'policy 300 removed');
    world.state.policies.clear();
    world.pass();
    expect([...world.classes.keys()]).toEqual([300]);
    expect(world.endpoints.get('198.18.65.3')).toMatchObject({ policyClass: 300 });
    expect(world.pass()).toEqual([]);
  });

  it('points an open endpoint to its new class before the ipcache forgets what only the old one knew', () => {
    const world = new World();
    world.identity(300, 'web');
    world.local('web', http(80));
    world.policy({ ...BY_NAME, egress: [{ toCIDR: ['10.1.2.0/24'] }] });
    world.pass();
    world.policy({ endpointSelector: {}, ingress: [{ fromEntities: ['world'] }] });
    const journal = world.pass();
    before(journal, /^policy 300:/, 'endpoints put "198.18.65.2"');
    before(journal, 'endpoints put "198.18.65.2"', 'ipcache delete "10.1.2.0/24"');
    expect(world.endpoints.get('198.18.65.2')).toMatchObject({ policyClass: 300 });
  });

  it('brings a class up to date that nobody wanted for a while and that could not be removed', () => {
    const world = new World();
    for (const [id, app] of [
      [300, 'db'],
      [301, 'web'],
    ] as const)
      world.identity(id, app);
    const local = world.local('db');
    world.policy(FROM_WEB);
    world.pass();
    world.ipcache.full = true;
    world.locals.length = 0;
    world.remote('198.18.66.9', 301);
    world.pass();
    world.identity(302, 'web');
    expect(world.pass().at(-1)).toMatch(/^error ipcache/);
    world.ipcache.full = false;
    world.locals.push(local);
    world.pass();
    expect(world.classes.get(300)!.form.entries.map(({ identity }) => identity)).toEqual([301, 302]);
  });

  it('never gives a class the number of one that the kernel knows from before', () => {
    const world = new World();
    world.identity(300, 'web');
    world.local('web', http(80));
    const old = (1 << 27) | 1;
    world.classes.set(old, {
      policyClass: old,
      form: { entries: [], defaultCookies: [0, 0] },
    });
    world.policy(BY_NAME);
    world.pass();
    expect(world.endpoints.get('198.18.65.2')!.policyClass).not.toBe(old);
    expect(world.classes.has(old)).toBe(false);
  });

  it('lets a name mean what a pod that leaves an identity does not agree to only after the ipcache has left it', () => {
    const world = new World();
    for (const [id, app] of [
      [300, 'db'],
      [301, 'web'],
      [302, 'other'],
    ] as const)
      world.identity(id, app);
    world.local('db');
    world.policy({
      endpointSelector: { matchLabels: { 'user:app': 'db' } },
      egress: [
        {
          toEndpoints: [{ matchLabels: { 'user:app': 'web' } }],
          toPorts: [{ ports: [{ port: 'http', protocol: 'TCP' }] }],
        },
      ],
    });
    world.remote('198.18.66.9', 301, http(80), 1);
    world.remote('198.18.66.10', 301, http(8080), 2);
    world.pass();
    expect(portsIn(world, 300)).toEqual([]);
    world.remote('198.18.66.9', 302, http(80), 1);
    before(world.pass(), 'ipcache put "198.18.66.9/32"', 'policy 300: 301');
    expect(portsIn(world, 300)).toEqual([8080]);
  });

  it('withdraws a named port on egress before the ipcache knows a pod that means another one by it', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    world.policy({
      endpointSelector: { matchLabels: { 'user:app': 'db' } },
      egress: [{ toEndpoints: [{}], toPorts: [{ ports: [{ port: 'http', protocol: 'TCP' }] }] }],
    });
    world.remote('198.18.66.9', 301, http(80));
    world.pass();
    expect(portsIn(world, 300)).toEqual([80]);
    const value = {
      ...[...world.state.endpoints.values()][0]!.value,
      addresses: ['198.18.66.10'],
      namedPorts: http(81),
    };
    world.state.endpoints.set('shared/endpoints/node-2/9', { node: 'node-2', id: 9, value });
    before(world.pass(), 'policy 300: ', 'ipcache put "198.18.66.10/32"');
  });

  it('does so too where a new prefix is introduced in the same batch', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    const toWeb = { toEndpoints: [{}], toPorts: [{ ports: [{ port: 'http', protocol: 'TCP' }] }] };
    const spec = (...more: object[]) => ({
      endpointSelector: { matchLabels: { 'user:app': 'db' } },
      egress: [toWeb, ...more],
    });
    world.policy(spec());
    world.remote('198.18.66.9', 301, http(80));
    world.pass();
    expect(world.classes.get(300)!.form.entries.map(({ identity }) => identity)).toEqual([301]);
    const { value } = [...world.state.endpoints.values()][0]!;
    const other = { ...value, addresses: ['198.18.66.10'], namedPorts: http(81) };
    world.state.endpoints.set('shared/endpoints/node-2/9', { node: 'node-2', id: 9, value: other });
    world.policy(spec({ toCIDR: ['10.0.0.0/8'] }));
    before(world.pass(), 'policy 300: ', 'ipcache put "198.18.66.10/32"');
  });

  it('puts what staged policies would make of it beside what is enforced', () => {
    const world = new World();
    world.identity(300, 'db');
    world.identity(301, 'web');
    world.local('db');
    world.policy(FROM_WEB);
    world.pass();
    expect(world.classes.get(300)!.form.staged).toBeUndefined();
    world.policy(
      { ...FROM_WEB, enforcement: 'audit', ingress: [], ingressDeny: FROM_WEB.ingress },
      'lockdown',
    );
    world.pass();
    const { form } = world.classes.get(300)!;
    expect(form.entries.map(({ deny }) => deny)).toEqual([false]);
    expect(form.staged!.entries.map(({ deny }) => deny)).toEqual([true]);
    world.state.policies.delete('shared/policies/Policy/default/lockdown');
    world.pass();
    expect(world.classes.get(300)!.form.staged).toBeUndefined();
  });

  it('judges the host while a policy selects it: its class and the infrastructure first, and the class goes last', () => {
    const world = new World();
    world.pass();
    expect(world.host.value).toMatchObject({ flags: 0 });
    world.hostPolicy({ nodeSelector: {}, ingress: [{ fromEntities: ['cluster'] }] });
    const journal = world.pass();
    before(journal, /^policy 1: /, 'host is judged');
    expect(world.host.value).toMatchObject({ identity: 1, policyClass: 1, flags: EndpointFlag.ready });
    expect(world.pass()).toEqual([]);
    world.hostPolicy({
      nodeSelector: { matchLabels: { 'k8s:kubernetes.io/hostname': 'node-2' } },
      ingress: [{ fromEntities: ['cluster'] }],
    });
    before(world.pass(), 'host is left alone', 'policy 1 removed');
  });

  it('shuts a host whose policy cannot be written', () => {
    const world = new World();
    world.pass();
    world.hostPolicy({ nodeSelector: {}, ingress: [{ fromEntities: ['cluster'] }] });
    world.broken = true;
    expect(world.pass().at(-1)).toMatch(/^error policy of identity 1: broken/);
    expect(world.host.value).toMatchObject({ flags: EndpointFlag.ready });
  });

  it('tells nodes apart while a policy names some: in the policies before the ipcache, and longer than in it', () => {
    const world = new World();
    const own = (1 << 25) | 2;
    world.identity(300, 'db');
    world.local('db');
    world.policy({ endpointSelector: {}, ingress: [{ fromEntities: ['remote-node'] }] });
    world.pass();
    expect(world.ipcache.get('198.18.0.2/32')).toMatchObject({ identity: 6 });
    const selector = { matchLabels: { 'k8s:kubernetes.io/hostname': 'node-2' } };
    world.policy({ endpointSelector: {}, ingress: [{ fromNodes: [selector] }] }, 'nodes');
    const journal = world.pass();
    before(journal, `policy 300: 6,${own}`, 'ipcache put "198.18.0.2/32"');
    expect(world.ipcache.get('198.18.0.2/32')).toMatchObject({ identity: own, flags: 3 });
    world.state.policies.delete('shared/policies/Policy/default/nodes');
    before(world.pass(), 'ipcache put "198.18.0.2/32"', 'policy 300: 6');
    expect(world.ipcache.get('198.18.0.2/32')).toMatchObject({ identity: 6 });
    expect(world.pass()).toEqual([]);
  });

  it('knows services, and the API server by its own number or by that of the node which serves it', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    const service = { labels: [], selector: null, backends: ['198.19.0.7'], owner: 'api' } as const;
    world.state.services.set('default/kubernetes', { ...service, backends: ['198.19.0.6', '198.18.0.2'] });
    world.state.services.set('default/bank', service);
    world.policy({
      endpointSelector: {},
      egress: [
        { toServices: [{ k8sService: { serviceName: 'bank', namespace: 'default' } }] },
        { toEntities: ['kube-apiserver'] },
      ],
    });
    world.pass();
    const node = 2 ** 25 + 2;
    const bank = world.ipcache.get('198.19.0.7/32')!.identity;
    expect(
      world.classes
        .get(300)!
        .form.entries.map(({ identity }) => identity)
        .sort(),
    ).toEqual([bank, node, 7].sort());
    expect(world.ipcache.get('198.19.0.6/32')).toMatchObject({ identity: 7 });
    expect(world.ipcache.get('198.18.0.2/32')).toMatchObject({ identity: node });
    world.state.services.delete('default/bank');
    world.pass();
    expect(world.classes.get(300)!.form.entries.map(({ identity }) => identity)).toEqual([7, node]);
    expect(world.ipcache.get('198.19.0.7/32')).toBeNull();
  });

  it('asks nothing while suspended, and everything again when the time has passed', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    world.policy(FROM_WEB);
    world.pass();
    const open = () =>
      world.classes.get(300)!.form.entries.some(({ identity, protocol }) => identity === 0 && protocol === 0);
    expect(open()).toBe(false);
    const until = new Date(1_000).toISOString();
    world.state.settings = { ...world.state.settings, suspended: { until, by: 'admin', reason: '' } };
    world.pass();
    expect(open()).toBe(true);
    world.now = 1_000;
    world.pass();
    expect(open()).toBe(false);
  });

  it('says when a suspension ends by the time it judged by, also where time passes during the pass', () => {
    const world = new World();
    world.identity(300, 'db');
    world.local('db');
    const suspended = { until: new Date(1_000).toISOString(), by: 'admin', reason: '' };
    world.state.settings = { ...world.state.settings, suspended };
    let time = 999;
    Object.defineProperty(world, 'now', { get: () => time++ });
    const pass = () => world.realizer.realize(world.state, world.locals).suspendedFor;
    const open = () => world.classes.get(300)!.form.entries.some(({ identity }) => identity === 0);
    expect([pass(), open()]).toEqual([1, true]);
    expect([pass(), open()]).toEqual([null, false]);
  });

  it('lets the local host in where the setting or a workload of Kubernetes says so', () => {
    const world = new World();
    world.identity(300, 'db');
    const local = world.local('db');
    const fromHost = () => world.classes.get(300)!.form.entries.some(({ identity }) => identity === 1);
    world.pass();
    expect(fromHost()).toBe(false);
    world.state.settings = { ...world.state.settings, allowLocalHost: 'always' };
    world.pass();
    expect(fromHost()).toBe(true);
    world.state.settings = { ...world.state.settings, allowLocalHost: 'auto' };
    world.pass();
    expect(fromHost()).toBe(false);
    (local.record as { workload: object }).workload = { source: 'k8s', scope: 'default', name: 'db' };
    world.pass();
    expect(fromHost()).toBe(true);
  });
});
