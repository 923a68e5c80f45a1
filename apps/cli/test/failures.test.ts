import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ApplyRequest, DeletePolicyRequest, Settings } from '@sluice/api';
import { flow, policy, reads, revision, settings } from './fixtures.js';
import { scratch, sluice } from './io.js';
import { makePki, Refusal, serve, type Handlers } from './server.js';

/** Port 1 of the loopback: nobody listens there. */
const DEAD = '127.0.0.1:1';

describe('changes, failures and exit codes', () => {
  const dir = scratch();
  let pki: Awaited<ReturnType<typeof makePki>>;
  const file = join(dir.path, 'policy.yaml');
  const yaml = 'kind: Policy\nmetadata:\n  name: orders\n';
  beforeAll(async () => {
    pki = await makePki(dir.path);
    writeFileSync(file, yaml);
  });
  afterAll(() => dir[Symbol.dispose]());
  const withServer = (handlers: Handlers) => serve('127.0.0.1:0', pki.credentials(), handlers);
  const against = async (handlers: Handlers, args: readonly string[], options = {}) => {
    using server = await withServer(handlers);
    return await sluice([...args, '--config', pki.config([server.address])], options);
  };
  const applied = { results: [{ policy: policy.ref, action: 'created', revision: 43 }], revision };

  it('applies a file with its name, and says what became of each document', async () => {
    const asked: ApplyRequest[] = [];
    const Apply = (request: ApplyRequest) => (asked.push(request), applied);
    const { code, out } = await against({ Policies: { Apply } }, ['apply', '-f', file, '--if-match', '42']);
    expect([code, out]).toEqual([0, 'Policy default/orders created (revision 43)\n']);
    const ifMatch = [{ policy: policy.ref, revision: 42 }];
    expect(asked).toMatchObject([{ text: yaml, file, dryRun: false, waitRealized: false, ifMatch }]);
  });

  it('applies stdin and waits', async () => {
    const asked: ApplyRequest[] = [];
    const realization = { realized: true, realizedNodes: ['n1', 'n2'], silentNodes: ['n3'] };
    const Apply = (request: ApplyRequest) => (asked.push(request), { ...applied, realization });
    const args = ['apply', '-f', '-', '--wait', '--timeout', '5s'];
    const { code, out } = await against({ Policies: { Apply } }, args, { stdin: yaml });
    expect(code).toBe(0);
    expect(out).toBe(
      'Policy default/orders created (revision 43)\nin effect at 1:50 on: n1, n2\nsilent, not waited for: n3\n',
    );
    expect(asked).toMatchObject([{ text: yaml, file: '<stdin>', waitRealized: true, timeoutSeconds: 5 }]);
  });

  it('ends with 3 when not every node has it in time', async () => {
    const pending = [
      { name: 'n2', realized: { generation: 1, revision: 40 }, errors: ['the policy map is full'] },
      { name: 'n3', realized: null, errors: [] },
    ];
    const realization = { realized: false, realizedNodes: ['n1'], pendingNodes: ['n2', 'n3'], pending };
    const Apply = () => ({ ...applied, realization });
    const { code, err } = await against({ Policies: { Apply } }, ['apply', '-f', file, '--wait']);
    expect(code).toBe(3);
    expect(err).toBe(
      'sluice: stored, but not in effect yet on: n2 (at 1:40: the policy map is full); n3 (has realized nothing yet)\n  it takes effect when they catch up; sluice nodes shows how far each one is\n',
    );
  });

  const problem = {
    document: 0,
    path: '$.spec.foo',
    line: 4,
    column: 3,
    message: 'unknown field',
    hint: 'ingress?',
    file: 'p.yaml',
  };
  it('lists the problems of a refused document', async () => {
    const Apply = () => {
      throw new Refusal('INVALID_ARGUMENT', 'the documents have 1 mistake', [problem]);
    };
    const { code, err } = await against({ Policies: { Apply } }, ['apply', '-f', file]);
    expect(code).toBe(2);
    expect(err).toBe(
      'sluice: the documents have 1 mistake\n  p.yaml:4:3 $.spec.foo unknown field (ingress?)\n  nothing was changed; correct the input and try again\n',
    );
  });

  it('lists the problems of a dry run', async () => {
    const Validate = () => ({ problems: [problem] });
    const { code, err } = await against({ Policies: { Validate } }, ['apply', '-f', file, '--dry-run']);
    expect([code, err]).toEqual([
      2,
      'sluice: the documents would be refused\n  p.yaml:4:3 $.spec.foo unknown field (ingress?)\n',
    ]);
  });

  it('deletes by name and by file', async () => {
    const asked: DeletePolicyRequest[] = [];
    const Delete = (request: DeletePolicyRequest) => (
      asked.push(request),
      { results: request.policies.map((p) => ({ policy: p, action: 'deleted' })) }
    );
    const byName = await against({ Policies: { Delete } }, [
      'delete',
      'policy',
      'ClusterPolicy',
      'base',
      'top',
    ]);
    expect(byName).toMatchObject({ code: 0, out: 'ClusterPolicy base deleted\nClusterPolicy top deleted\n' });
    const byFile = await against({ Policies: { Delete } }, ['delete', '-f', file]);
    expect(byFile).toMatchObject({ code: 0, out: 'Policy default/orders deleted\n' });
    expect(asked.map((request) => request.policies)).toEqual([
      [
        { kind: 'ClusterPolicy', scope: '_cluster', name: 'base' },
        { kind: 'ClusterPolicy', scope: '_cluster', name: 'top' },
      ],
      [{ kind: 'Policy', scope: 'default', name: 'orders' }],
    ]);
  });

  it('changes only the settings that are given', async () => {
    const asked: Settings[] = [];
    const PutSettings = (request: Settings) => (asked.push(request), request);
    const handlers = { Cluster: { GetSettings: () => settings, PutSettings } };
    expect((await against(handlers, ['settings', 'set', '--mode', 'default'])).code).toBe(0);
    expect(asked).toEqual([{ ...settings, mode: 'default' }]);
  });

  it('shows a plan, and lets an apply depend on it', async () => {
    const web = { identity: 300, labels: [], workloads: ['shop/web'], entity: '', prefix: '', node: '' };
    const db = { ...web, identity: 301, workloads: ['shop/db'] };
    const rule = {
      policy: { kind: 'Policy', scope: 'shop', name: 'db' },
      rule: 'ingress[0]',
      revision: 0,
      uid: '',
    };
    const row = { source: web, destination: db, protocol: 'TCP', firstPort: 8443, lastPort: 8443 };
    const Plan = () => ({
      revision: { generation: 1, revision: 70 },
      results: [{ policy: rule.policy, action: 'configured', revision: 60 }],
      rows: [
        { ...row, allowed: true, after: [rule], beforeReason: 'default-deny' },
        {
          ...row,
          protocol: 'ANY',
          firstPort: 0,
          lastPort: 65535,
          allowed: false,
          before: [rule],
          afterReason: 'default-deny',
        },
      ],
      gained: 1,
      lost: 1,
      sizes: [{ subject: db, before: 3, after: 4 }],
      capacity: 16384,
    });
    const { code, out } = await against({ Policies: { Plan } }, ['plan', '-f', file]);
    expect(code).toBe(0);
    expect(out).toBe(
      `Policy shop/db configured
CHANGE      FROM       TO        PORTS        BECAUSE
+ allowed   shop/web   shop/db   TCP 8443     Policy shop/db ingress[0]
- denied    shop/web   shop/db   everything   default-deny; before: Policy shop/db ingress[0]
1 gained, 1 lost

SUBJECT   ENTRIES
shop/db   3 -> 4
of at most 16384

planned at revision 1:70: sluice apply --plan-revision 70
`,
    );
    const asked: unknown[] = [];
    const Apply = (request: unknown) => (asked.push(request), applied);
    await against({ Policies: { Apply } }, ['apply', '-f', file, '--plan-revision', '70']);
    expect(asked).toMatchObject([{ planRevision: 70 }]);
  });

  it('labels nodes, and makes and removes services', async () => {
    const asked: unknown[] = [];
    const told = (answer: unknown) => (request: unknown) => {
      asked.push(request);
      return answer;
    };
    const Cluster = { LabelNode: told({ name: 'n1' }), PutService: told({}), DeleteService: told({}) };
    for (const line of [
      'label n1 rack=a k8s:zone=z old-',
      'services put shop/bank --backend 198.19.0.7 --backend fd00:198::7',
      'services put shop/web --selector app=web,tier=front --label tier=front',
      'services delete shop/bank',
    ])
      expect((await against({ Cluster }, line.split(' '))).code).toBe(0);
    const label = (source: string, key: string, value: string) => ({ source, key, value });
    const service = { labels: [], selector: {}, backends: [], owner: '' };
    expect(asked).toEqual([
      { name: 'n1', set: [label('user', 'rack', 'a'), label('k8s', 'zone', 'z')], remove: ['old'] },
      { ...service, scope: 'shop', name: 'bank', backends: ['198.19.0.7', 'fd00:198::7'] },
      {
        ...service,
        scope: 'shop',
        name: 'web',
        selector: { app: 'web', tier: 'front' },
        labels: [label('user', 'tier', 'front')],
      },
      { scope: 'shop', name: 'bank' },
    ]);
  });

  it.each([
    ['ABORTED', 4],
    ['PERMISSION_DENIED', 5],
    ['UNAUTHENTICATED', 5],
    ['UNAVAILABLE', 6],
    ['INVALID_ARGUMENT', 2],
    ['NOT_FOUND', 1],
    ['INTERNAL', 1],
  ] as const)('%s ends with %i', async (name, expected) => {
    const Apply = () => {
      throw new Refusal(name, 'because');
    };
    const { code, err, out } = await against({ Policies: { Apply } }, ['apply', '-f', file]);
    expect([code, out]).toEqual([expected, '']);
    expect(err).toContain('because');
  });

  it('asks the next replica when one is dead, and status names the dead one', async () => {
    using server = await withServer(reads);
    const config = pki.config([DEAD, server.address]);
    expect((await sluice(['nodes', '--config', config])).code).toBe(0);
    const status = await sluice(['status', '--config', config]);
    expect(status.code).toBe(0);
    expect(status.out).toContain(`warning  replica  ${DEAD}: connection refused\n`);
  });

  it('asks the next replica when one is up but cannot serve', async () => {
    const Status = () => {
      throw new Refusal('UNAVAILABLE', 'etcd does not answer');
    };
    const ListNodes = Status;
    using sick = await withServer({ Cluster: { Status, ListNodes } });
    using healthy = await withServer(reads);
    expect((await sluice(['nodes', '--config', pki.config([sick.address, healthy.address])])).code).toBe(0);
    const { code, out, err } = await sluice(['status', '--config', pki.config([sick.address])]);
    expect(code).toBe(6);
    expect(out).toContain(`error    replica  ${sick.address}: etcd does not answer\n`);
    expect(err).toMatch(/^sluice: no control-plane replica answers/);
  });

  it('goes on after a replica that is silent for a read, not for a change', async () => {
    let applies = 0;
    using silent = await withServer({
      Cluster: { ListNodes: () => 'hang' },
      Policies: { Apply: () => 'hang' },
    });
    using healthy = await withServer({ ...reads, Policies: { Apply: () => (applies++, applied) } });
    const config = pki.config([silent.address, healthy.address]);
    expect((await sluice(['nodes', '--config', config, '--request-timeout', '300ms'])).code).toBe(0);
    const change = await sluice(['apply', '-f', file, '--config', config, '--request-timeout', '300ms']);
    expect(change.code).toBe(6);
    expect(change.err).toContain('it is not known whether the change was made');
    expect(applies).toBe(0);
  });

  it('status ends with 1 when a check fails', async () => {
    const checks = [{ name: 'store', level: 'error', message: 'no space', hint: 'defragment' }];
    const Status = () => ({ clusterUuid: 'u', replica: 'cp-1', version: '1', checks });
    const { code, out, err } = await against({ Cluster: { Status } }, ['status']);
    expect([code, err]).toEqual([1, 'sluice: 1 check fails\n']);
    expect(out).toContain('error    store  no space\n                -> defragment\n');
  });

  it('says with every replica why it failed', async () => {
    const { code, out, err } = await sluice(['get', 'policies', '--config', pki.config([DEAD])]);
    expect([code, out]).toEqual([6, '']);
    expect(err).toBe(
      `sluice: no control-plane replica answers (${DEAD}: connection refused)\n` +
        '  traffic goes on with the last policy; see that a replica runs and that the addresses in the context are right\n',
    );
  });

  it('gives up on an address that accepts and says nothing', async () => {
    const deaf = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(deaf, 'listening');
    const { port } = deaf.address() as { port: number };
    const args = ['nodes', '--request-timeout', '300ms', '--config', pki.config([`127.0.0.1:${port}`])];
    const { code, err } = await sluice(args);
    deaf.close();
    expect(code).toBe(6);
    expect(err).toContain(`127.0.0.1:${port}: `);
  });

  it('says that a certificate has expired', async () => {
    const { code, err } = await against(reads, ['nodes', '--context', 'old']);
    expect(code).toBe(5);
    expect(err).toMatch(
      /certificate of context 'old' expired on Jan {2}2 .* 2020 GMT\n {2}delete .* sluice init/,
    );
  });

  it('observe -f goes on with the next replica without repeating flows', async () => {
    const later = { ...flow, time: '2026-11-23T10:00:01.000000000Z' };
    using first = await withServer({
      Flows: { Observe: () => [{ flows: [flow] }, new Refusal('UNAVAILABLE', 'going down')] },
    });
    using second = await withServer({ Flows: { Observe: () => [{ flows: [flow, later] }, 'hang'] } });
    const stop = new AbortController();
    const onOut = (text: string) => text.includes(later.time) && stop.abort();
    const config = pki.config([first.address, second.address]);
    const args = ['observe', '-f', '-o', 'json', '--config', config];
    const { code, out, err } = await sluice(args, { signal: stop.signal, onOut });
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as typeof flow).time),
    ).toEqual([flow.time, later.time]);
    expect(err).toBe(`sluice: ${first.address}: going down; trying the next replica\n`);
  });

  it('runs itself again in the namespace of the context, once', async () => {
    using server = await withServer(reads);
    const netns = join(dir.path, 'policy.yaml'); // only has to exist
    const config = pki.config([server.address], { netns });
    const executed: unknown[] = [];
    const execute = async (
      command: string,
      args: readonly string[],
      env: Readonly<Record<string, string | undefined>>,
    ) => {
      executed.push([command, args, env['SLUICE_IN_NETNS']]);
      return 42;
    };
    const outside = await sluice(['nodes', '--config', config], { execute });
    expect(outside).toEqual({ code: 42, out: '', err: '' });
    const again = ['sluice.mjs', 'nodes', '--config', config];
    expect(executed).toEqual([['nsenter', [`--net=${netns}`, '--', process.execPath, ...again], netns]]);
    const inside = await sluice(['nodes', '--config', config], { execute, env: { SLUICE_IN_NETNS: netns } });
    expect(inside.code).toBe(0);
    expect(executed).toHaveLength(1);
    const gone = pki.config([server.address], { netns: '/nonexistent/ns' });
    expect(await sluice(['nodes', '--config', gone])).toMatchObject({ code: 6 });
  });

  it.each([
    [['nodes', '-o', 'xml'], "sluice: -o 'xml' is not known\n  one of table, wide, json, yaml\n"],
    [['nodes', '--request-timeout', 'soon'], "'soon' is not a duration"],
    [['apply', '-f', '/nonexistent.yaml'], 'there is no file /nonexistent.yaml'],
    [['apply', '-f', '/'], '/ is a folder'],
    [['apply', '-f', '-', '--if-match', '1'], '<stdin> has no documents'],
    [['delete'], 'nothing to delete is named'],
    [['observe', '--verdict', 'maybe'], "--verdict 'maybe' is not known"],
    [['observe', '--port', '70000'], "--port '70000' is not a number from 0 to 65535"],
    [['map', 'dump', 'n1', 'secrets'], "there is no map 'secrets'"],
    [['nonsense'], "unknown command 'nonsense'"],
    [['nodes', '--context', 'x'], "has no context 'x'\n  contexts: admin, old"],
    [['settings', 'set'], 'no setting is given'],
    [['plan'], 'nothing is to be planned'],
    [['plan', '--delete', 'db'], "--delete 'db' names no policy"],
    [['services', 'put', 'bank'], "'bank' is no service"],
    [['services', 'put', 'shop/bank', '--selector', 'app'], "--selector 'app' is not of the form"],
    [['describe', 'identity', 'web'], "'web' is not an identity"],
  ])('%j ends with 2', async (args, text) => {
    const { code, err, out } = await against(reads, args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(text);
  });
});
