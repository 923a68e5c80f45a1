import { ETCD_ADDRESS, type Lab, until, type Workload } from '@sluice/lab';
import { apply, document, SLOW_MS, startLab, stopLab, withdrawAll } from './support.js';

const PORT = 8080;
const OTHER = 8081;
const FAMILIES = [4, 6] as const;
const OUTSIDE = [ETCD_ADDRESS, 'fd00:198::10'];

/** A document of a cluster-wide kind; JSON is YAML. */
const cluster = (name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'sluice.dev/v1', kind: 'ClusterPolicy', metadata: { name }, spec })}\n`;
const app = (name: string) => ({ matchLabels: { app: name } });
const tcp = (port: number | string) => [{ ports: [{ port: String(port), protocol: 'TCP' }] }];
/** Everybody may send what he likes: then ingress alone decides. */
const anyEgress = document('any-egress', {
  endpointSelector: {},
  egress: [{ toEntities: ['all'] }],
});
const anyIngress = document('any-ingress', { endpointSelector: {}, ingress: [{ fromEntities: ['all'] }] });

/** Who of `clients` gets an answer, in both families alike. */
async function reach(clients: readonly Workload[], server: Workload, port = PORT): Promise<string[]> {
  const asked = clients.flatMap((client) =>
    FAMILIES.map(async (family) => ({
      name: client.name,
      ok: (await client.probe(server, port, family)).ok,
    })),
  );
  const answers = await Promise.all(asked);
  return clients
    .map(({ name }) => ({ name, answers: answers.filter((a) => a.name === name) }))
    .flatMap(({ name, answers: of }) => {
      const ok = of.filter((a) => a.ok).length;
      return ok === 0 ? [] : [ok === FAMILIES.length ? name : `${name} in one family only`];
    });
}

describe('the language, in the kernel', () => {
  let lab: Lab;
  let web: Workload;
  let far: Workload;
  let db: Workload;
  let hosts: Workload[];
  let outside: Workload;

  beforeAll(async () => {
    lab = await startLab('language', { nodes: 3 });
    const [one, two, three] = [lab.node(1), lab.node(2), lab.node(3)];
    const ports = [PORT, OTHER];
    [web, far, db, outside] = await Promise.all([
      one.addWorkload({ name: 'web', labelSource: 'k8s', ports }),
      two.addWorkload({ name: 'far', labels: { app: 'web' }, labelSource: 'k8s', ports }),
      one.addWorkload({ name: 'db', labelSource: 'k8s', ports }),
      one.startOutside({ name: 'outside', ports }, lab.controlNetns, OUTSIDE),
    ]);
    hosts = await Promise.all(
      [one, two, three].map((node) => node.startHost({ name: `host-${node.name}`, ports })),
    );
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);
  afterEach(() => withdrawAll(lab), SLOW_MS);

  it(
    'an admin’s deny beats every allow, Pass leaves it to the others, and a baseline speaks where nobody isolates',
    async () => {
      const rule = (action: string) => ({
        direction: 'ingress',
        action,
        fromEndpoints: [app('web')],
        toPorts: tcp(PORT),
      });
      const tier = (name: string, action: string, priority = 10) =>
        cluster(`admin-${name}`, {
          tier: 'admin',
          priority,
          endpointSelector: app('db'),
          rules: [rule(action)],
        });
      const open = document('db', {
        endpointSelector: app('db'),
        ingress: [{ fromEndpoints: [app('web')] }],
      });
      await apply(lab, anyEgress, open);
      expect(await reach([web, far], db)).toEqual(['web', 'far']);
      await apply(lab, tier('deny', 'deny'));
      expect(await reach([web, far], db)).toEqual([]);
      expect(await reach([web], db, OTHER)).toEqual(['web']);
      await apply(lab, tier('pass', 'pass', 5));
      expect(await reach([web, far], db)).toEqual(['web', 'far']);
      await withdrawAll(lab);
      const baseline = (action: string) =>
        cluster('floor', {
          tier: 'baseline',
          priority: 1,
          endpointSelector: app('db'),
          rules: [rule(action)],
        });
      await apply(lab, anyEgress, baseline('accept'));
      expect(await reach([web, far], db)).toEqual(['web', 'far']);
      await apply(lab, document('closed', { endpointSelector: app('db'), ingress: [{}] }));
      expect(await reach([web, far], db)).toEqual([]);
    },
    SLOW_MS,
  );

  it(
    'takes a NetworkPolicy as Kubernetes writes it',
    async () => {
      const policy = {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'db', namespace: 'shop' },
        spec: {
          podSelector: app('db'),
          ingress: [{ from: [{ podSelector: app('web') }], ports: [{ port: PORT, endPort: PORT }] }],
        },
      };
      await apply(lab, anyEgress, JSON.stringify(policy));
      expect(await reach([web, far], db)).toEqual(['web', 'far']);
      expect(await reach([web, far], db, OTHER)).toEqual([]);
    },
    SLOW_MS,
  );

  it(
    'a port by name is each workload’s own, though they share an identity',
    async () => {
      const named = (name: string, http: number) =>
        lab
          .node(1)
          .addWorkload({ name, labels: { app: 'named' }, ports: [PORT, OTHER], namedPorts: { http } });
      const [first, second] = await Promise.all([named('first', PORT), named('second', OTHER)]);
      expect(first.endpoint.identity).toBe(second.endpoint.identity);
      const byName = document('named', {
        endpointSelector: app('named'),
        ingress: [{ fromEndpoints: [app('web')], toPorts: tcp('http') }],
      });
      await apply(lab, anyEgress, byName);
      const open = async (server: Workload) => [
        await reach([web, far], server, PORT),
        await reach([web, far], server, OTHER),
      ];
      const both = ['web', 'far'];
      expect(await open(first)).toEqual([both, []]);
      expect(await open(second)).toEqual([[], both]);
      // On egress a name counts as far as all of that identity agree: here they do not.
      const egress = document('egress', {
        endpointSelector: app('web'),
        egress: [{ toEndpoints: [app('named')], toPorts: tcp('http') }],
      });
      await withdrawAll(lab);
      await apply(lab, anyIngress, egress);
      expect([...(await open(first)), ...(await open(second))]).toEqual([[], [], [], []]);
      await second[Symbol.asyncDispose]();
      await apply(
        lab,
        document('any-ingress', { endpointSelector: {}, ingress: [{ fromEntities: ['cluster'] }] }),
      );
      expect(await open(first)).toEqual([both, []]);
      await first[Symbol.asyncDispose]();
    },
    SLOW_MS,
  );

  it(
    'closes a node to all but those whom its policy names; its workloads still get their answers',
    async () => {
      const [one, two, three] = hosts as [Workload, Workload, Workload];
      const clients = [web, far, two, three, outside];
      const names = clients.map(({ name }) => name);
      await apply(lab, anyEgress);
      expect(await reach(clients, one)).toEqual(names);
      const select = { matchLabels: { 'k8s:kubernetes.io/hostname': 'node1' } };
      await apply(
        lab,
        cluster('host', {
          nodeSelector: select,
          ingress: [{ fromEndpoints: [app('web')], toPorts: tcp(PORT) }],
        }),
      );
      expect(await reach(clients, one)).toEqual(['web', 'far']);
      expect(await reach(clients, one, OTHER)).toEqual([]);
      expect(await reach([one], two)).toEqual([one.name]);
      expect(await reach([three], two)).toEqual([three.name]);
      // What a workload sends to the outside leaves with the node's address, and the answer comes to it.
      expect(await reach([web], outside)).toEqual(['web']);
      await apply(lab, cluster('host', { nodeSelector: select, egress: [{ toEntities: ['world'] }] }));
      expect(await reach([one], outside)).toEqual([one.name]);
      expect(await reach([one], two)).toEqual([]);
      expect(await reach(clients, one)).toEqual(names);
      expect((await lab.node(1).state()).errors).toEqual([]);
      await withdrawAll(lab);
      expect(await reach([one], two)).toEqual([one.name]);
    },
    SLOW_MS,
  );

  it(
    'tells nodes apart by their labels',
    async () => {
      const [, two, three] = hosts as [Workload, Workload, Workload];
      const { cluster: objects } = lab.api();
      await objects.labelNode({ name: 'node2', set: [{ source: 'user', key: 'rack', value: 'a' }] });
      const fromRack = (rack: string) =>
        document('db', {
          endpointSelector: app('db'),
          ingress: [{ fromNodes: [{ matchLabels: { rack } }] }],
        });
      await apply(lab, fromRack('a'));
      expect(await reach([two, three], db)).toEqual([two.name]);
      await objects.labelNode({ name: 'node3', set: [{ source: 'user', key: 'rack', value: 'b' }] });
      await apply(lab, fromRack('b'));
      expect(await reach([two, three], db)).toEqual([three.name]);
      await apply(
        lab,
        document('db', { endpointSelector: app('db'), ingress: [{ fromEntities: ['remote-node'] }] }),
      );
      expect(await reach([two, three], db)).toEqual([two.name, three.name]);
    },
    SLOW_MS,
  );

  it(
    'knows a service by its backends, and the API server by its addresses',
    async () => {
      const { cluster: objects } = lab.api();
      const to = (peer: object) => document('web', { endpointSelector: app('web'), egress: [peer] });
      const bank = { toServices: [{ k8sService: { serviceName: 'bank', namespace: 'shop' } }] };
      await apply(lab, to(bank));
      expect(await reach([web, far], outside)).toEqual([]);
      await objects.putService({ scope: 'shop', name: 'bank', backends: OUTSIDE });
      await apply(lab, anyIngress);
      expect(await reach([web, far], outside)).toEqual(['web', 'far']);
      await apply(lab, to({ toEntities: ['kube-apiserver'] }));
      expect(await reach([web, far], outside)).toEqual([]);
      await objects.putSettings({ kubeApiserver: { values: OUTSIDE } });
      await apply(lab, cluster('mark', { endpointSelector: app('nobody'), ingress: [] }));
      expect(await reach([web, far], outside)).toEqual(['web', 'far']);
      // Also where a node of the cluster serves it: that node, by all its addresses, and no other one.
      const [one, two, three] = hosts as [Workload, Workload, Workload];
      const served = FAMILIES.map((family) => lab.node(2).address(family));
      await objects.putSettings({ kubeApiserver: { values: served } });
      await apply(lab, cluster('mark', { endpointSelector: app('somebody'), ingress: [] }));
      expect(await reach([web, far], two)).toEqual(['web', 'far']);
      expect([...(await reach([web], one)), ...(await reach([web, far], three))]).toEqual([]);
      await objects.putSettings({ kubeApiserver: { values: [] } });
      await apply(lab, cluster('mark', { endpointSelector: app('nobody'), ingress: [] }));
      expect(await reach([web, far], two)).toEqual([]);
    },
    SLOW_MS,
  );

  it(
    'tells what a staged policy would drop, and drops nothing',
    async () => {
      await apply(lab, anyEgress, anyIngress);
      const lockdown = {
        endpointSelector: app('db'),
        enforcement: 'audit',
        ingressDeny: [{ fromEndpoints: [app('web')] }],
      };
      await apply(lab, document('lockdown', lockdown));
      expect(await reach([web, far], db)).toEqual(['web', 'far']);
      const told = await lab.cli(['observe', '--staged', '--last', '50', '-o', 'json']);
      expect(told.stdout).toContain('"rule":"ingressDeny[0]"');
      expect(told.stdout).toContain('"name":"lockdown"');
      await apply(lab, document('lockdown', { ...lockdown, enforcement: 'enforce' }));
      expect(await reach([web, far], db)).toEqual([]);
    },
    SLOW_MS,
  );

  it(
    'plans what the kernels then do',
    async () => {
      const { policies } = lab.api();
      await apply(lab, anyEgress);
      const text = document('db', {
        endpointSelector: app('db'),
        ingress: [{ fromEndpoints: [app('web')], toPorts: tcp(PORT) }],
      });
      const known = async () => {
        const plan = await policies.plan({ text });
        return plan.gained > 0 && plan;
      };
      const plan = await until('the replica has read the endpoints', known, 10_000);
      expect(plan).toMatchObject({ gained: 1, lost: 0 });
      const [row] = plan.rows;
      expect(row).toMatchObject({ protocol: 'TCP', firstPort: PORT, lastPort: PORT, allowed: true });
      expect([row?.source?.workloads, row?.destination?.workloads]).toEqual([
        ['shop/far', 'shop/web'],
        ['shop/db'],
      ]);
      expect(await reach([web, far], db)).toEqual([]);
      const planRevision = Number(plan.revision?.revision);
      await policies.apply(
        { text, planRevision, waitRealized: true, timeoutSeconds: 20 },
        { timeoutMs: 30_000 },
      );
      expect(await reach([web, far], db)).toEqual(['web', 'far']);
      expect(await reach([web, far], db, OTHER)).toEqual([]);
      const { rows } = await policies.plan({
        delete: [{ kind: 'Policy', scope: 'shop', name: 'any-egress' }],
      });
      expect(rows.find(({ destination }) => destination?.workloads[0] === 'shop/db')).toMatchObject({
        protocol: 'TCP',
        firstPort: PORT,
        allowed: false,
      });
    },
    SLOW_MS,
  );

  it(
    'enforces nothing while suspended, and everything again afterwards, also without a control plane',
    async () => {
      const { policies } = lab.api();
      const reaches = async (names: readonly string[]) =>
        until(
          'it is so everywhere',
          async () => String(await reach([web, far], db)) === String(names),
          10_000,
        );
      await reaches([]);
      await policies.suspend({ seconds: 600, reason: 'a test' });
      await reaches(['web', 'far']);
      await policies.resume({});
      await reaches([]);
      await policies.suspend({ seconds: 3 });
      await reaches(['web', 'far']);
      await Promise.all(lab.replicas.map((replica) => replica.kill('SIGKILL')));
      try {
        await reaches([]);
      } finally {
        for (const replica of lab.replicas) replica.start();
        await Promise.all([lab.replicaReady(0), lab.replicaReady(1)]);
      }
    },
    SLOW_MS,
  );

  it(
    'holds over the death and return of an agent: hosts, named ports, nodes, staged policies',
    async () => {
      const [one, two, three] = hosts as [Workload, Workload, Workload];
      const { cluster: objects } = lab.api();
      await objects.labelNode({ name: 'node2', set: [{ source: 'user', key: 'rack', value: 'a' }] });
      await using named = await lab
        .node(1)
        .addWorkload({ name: 'named', ports: [PORT, OTHER], namedPorts: { http: PORT } });
      const select = { matchLabels: { 'k8s:kubernetes.io/hostname': 'node1' } };
      const fromWeb = [{ fromEndpoints: [app('web')], toPorts: tcp('http') }];
      await apply(
        lab,
        anyEgress,
        cluster('host', {
          nodeSelector: select,
          ingress: [{ fromEndpoints: [app('web')], toPorts: tcp(PORT) }],
        }),
        document('named', { endpointSelector: app('named'), ingress: fromWeb }),
        document('staged', { endpointSelector: app('named'), enforcement: 'audit', ingressDeny: fromWeb }),
        document('db', {
          endpointSelector: app('db'),
          ingress: [{ fromNodes: [{ matchLabels: { rack: 'a' } }] }],
        }),
      );
      const state = async () => [
        await reach([web, far, two, outside], one),
        await reach([web, far, two], named),
        await reach([web, far], named, OTHER),
        await reach([two, three, far], db),
      ];
      const wanted = [['web', 'far'], ['web', 'far'], [], [two.name]];
      expect(await state()).toEqual(wanted);

      const load = async (client: Workload, server: Workload, family: 4 | 6) => {
        const target = { host: server.address(family), port: PORT, limitMs: 90_000 };
        return { client, ...(await client.ask('load', { mode: 'requests', rate: 200, ...target })) };
      };
      const loads = [
        await load(web, named, 4),
        await load(far, named, 6),
        await load(far, one, 4),
        await load(two, db, 6),
      ];
      const targets = FAMILIES.map((family) => ({ host: one.address(family), port: OTHER }));
      const { flood } = await far.ask('flood', { targets, limitMs: 90_000 });
      const goesOn = async () => {
        for (const { client, load: number } of loads) {
          const { answered } = await client.ask('stats', { load: number });
          const more = async () => (await client.ask('stats', { load: number })).answered >= answered + 200;
          await until('more answers', more, 20_000);
        }
      };
      await goesOn();
      const { agent } = lab.node(1);
      await agent.kill('SIGKILL');
      await goesOn();
      expect(await state()).toEqual(wanted);
      agent.start();
      await lab.node(1).ready();
      await goesOn();
      expect(await state()).toEqual(wanted);
      for (const { client, load: number } of loads)
        expect(await client.ask('stop', { load: number })).toMatchObject({ errors: [], lost: 0 });
      const { answered, attempts } = await far.ask('endFlood', { flood });
      expect(attempts).toBeGreaterThan(100);
      expect(answered).toBe(0);
    },
    SLOW_MS,
  );
});
