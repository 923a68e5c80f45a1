import { ServerCredentials } from '@grpc/grpc-js';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddEndpointRequest, DeleteEndpointRequest } from '@sluice/api';
import { VERSION } from '../src/version.js';
import { flow } from './fixtures.js';
import { scratch, sluice } from './io.js';
import { makePki, serve } from './server.js';

const info = {
  id: 7,
  addresses: ['198.18.64.2'],
  gateways: ['198.18.64.1'],
  mac: '02:00:00:00:00:07',
  hostInterface: 'slc7',
  identity: 256,
  state: 'ready',
  workloadSource: 'user',
  workloadScope: 'default',
  workloadName: 'web',
  labels: [{ source: 'user', key: 'app', value: 'web' }],
  mtu: 1450,
};

describe('the agent of this machine', () => {
  it('adds, lists and deletes endpoints, and observes', async () => {
    using dir = scratch();
    const socket = join(dir.path, 'agent.sock');
    const added: AddEndpointRequest[] = [];
    const deleted: DeleteEndpointRequest[] = [];
    using _server = await serve(`unix:${socket}`, ServerCredentials.createInsecure(), {
      Agent: {
        AddEndpoint: (request: AddEndpointRequest) => (added.push(request), info),
        DeleteEndpoint: (request: DeleteEndpointRequest) => (deleted.push(request), {}),
        ListEndpoints: () => ({ endpoints: [info] }),
        Observe: () => [{ flows: [flow] }],
        DumpMap: () => ({ rowsJson: ['{"a":1}'], truncated: true }),
      },
    });
    const table =
      'ID   WORKLOAD      ADDRESSES     IDENTITY   STATE   INTERFACE\n7    default/web   198.18.64.2   256        ready   slc7\n';
    const ports = ['--port', 'http=8080', '--port', 'dns=53/udp'];
    const flags = ['--label', 'app=web', '--label', 'k8s:tier=front', ...ports, '--wait', '--timeout', '5s'];
    const add = await sluice([
      'endpoint',
      'add',
      '--socket',
      socket,
      '--name',
      'web',
      '--netns',
      '/run/netns/web',
      ...flags,
    ]);
    expect(add).toEqual({ code: 0, out: table, err: '' });
    expect(added).toEqual([
      {
        workloadSource: 'user',
        workloadScope: 'default',
        workloadName: 'web',
        labels: [
          { source: 'user', key: 'app', value: 'web' },
          { source: 'k8s', key: 'tier', value: 'front' },
        ],
        netns: '/run/netns/web',
        interfaceName: 'eth0',
        addresses: [],
        ports: [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ],
        waitReady: true,
        timeoutSeconds: 5,
      },
    ]);
    expect(await sluice(['endpoint', 'list'], { env: { SLUICE_SOCKET: socket } })).toMatchObject({
      code: 0,
      out: table,
    });
    await sluice(['endpoint', 'delete', '7', '--socket', socket]);
    await sluice(['endpoint', 'delete', 'shop/web', '--socket', socket]);
    expect(deleted).toMatchObject([
      { id: 7 },
      { id: 0, workloadSource: 'user', workloadScope: 'shop', workloadName: 'web' },
    ]);
    const observed = await sluice(['observe', '--socket', socket]);
    expect(observed).toMatchObject({ code: 0, err: '' });
    expect(observed.out).toContain('default/orders ingressDeny[0] @42');
    const dump = await sluice(['map', 'dump', 'ct', '--socket', socket, '--limit', '1']);
    expect(dump).toEqual({
      code: 0,
      out: 'A\n1\n',
      err: 'sluice: there is more than 1 entries\n  --limit shows more, --filter less\n',
    });
  });

  it('says that no agent is there', async () => {
    const { code, err } = await sluice(['endpoint', 'list', '--socket', '/nonexistent/agent.sock']);
    expect(code).toBe(6);
    expect(err).toMatch(
      /^sluice: \/nonexistent\/agent.sock: there is no such socket\n {2}see that the agent runs/,
    );
  });
});

describe('without any server', () => {
  const words = async (...line: string[]) =>
    (await sluice(['__complete', '--', ...line])).out.split('\n').filter(Boolean);
  it('completes commands, options and values', async () => {
    expect(await words('ob')).toEqual(['observe']);
    expect(await words('get', '')).toEqual(['policies', 'policy']);
    expect(await words('observe', '--verdict', '')).toEqual(['forwarded', 'dropped']);
    expect(await words('observe', '--pro')).toEqual(['--protocol']);
    expect(await words('-o', 'w')).toEqual(['wide']);
    expect(await words('map', 'dump', 'n1', 'ip')).toEqual(['ipcache']);
    expect(await words('delete', 'policy', 'CiliumN')).toEqual(['CiliumNetworkPolicy']);
    expect(await words('apply', '-f', '')).toEqual([]);
  });

  it.each(['bash', 'zsh', 'fish'])('has a script for %s', async (shell) => {
    expect((await sluice(['completion', shell])).out).toContain('sluice __complete --');
  });

  it('refuses another shell', async () => {
    expect(await sluice(['completion', 'tcsh'])).toMatchObject({ code: 2 });
  });

  it('has the version of its package', async () => {
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    expect(VERSION).toBe((JSON.parse(text) as { version: string }).version);
    expect((await sluice(['version'])).out).toBe(`sluice ${VERSION}\n`);
  });

  it('shows help with exit code 0', async () => {
    const { code, out } = await sluice(['--help']);
    expect([code, out.split('\n')[0]]).toEqual([0, 'Usage: sluice [options] [command]']);
  });

  it('changes contexts', async () => {
    using dir = scratch();
    const path = (await makePki(dir.path)).config(['127.0.0.1:1']);
    const env = { SLUICE_CONFIG: path };
    expect(await sluice(['config', 'use-context', 'old'], { env })).toMatchObject({
      code: 0,
      out: 'current context: old\n',
    });
    expect((await sluice(['config', 'get-contexts'], { env })).out).toBe(
      'CURRENT   NAME    SERVERS\n          admin   127.0.0.1:1\n*         old     127.0.0.1:1\n',
    );
    expect(await sluice(['config', 'use-context', 'none'], { env })).toMatchObject({ code: 2 });
    expect((await sluice(['config', 'view', '-o', 'json'], { env })).out).toContain(
      '"currentContext": "old"',
    );
  });

  it.each([
    ['contexts: [', /config.yaml:1:\d+ cannot be read/],
    ['a: 1', /has no list of contexts/],
    ['currentContext: a\ncontexts: [{name: a}]', /contexts\[0\].servers must be a list/],
  ])('names the mistake in a config file %#', async (text, expected) => {
    using dir = scratch();
    const path = join(dir.path, 'config.yaml');
    writeFileSync(path, text);
    const { code, err } = await sluice(['nodes', '--config', path]);
    expect(code).toBe(2);
    expect(err).toMatch(expected);
  });
});
