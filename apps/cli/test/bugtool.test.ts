import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { flow } from './fixtures.js';
import { scratch, sluice } from './io.js';
import { type Handlers, makePki, Refusal, serve } from './server.js';

const SECRET = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----';
const refuse = (message: string) => () => {
  throw new Refusal('UNAVAILABLE', message);
};

const HANDLERS: Handlers = {
  Cluster: {
    Status: () => ({ clusterUuid: 'c-1', checks: [] }),
    KnownStores: () => ({}),
    GetSettings: () => ({ mode: 'always' }),
    ListNodes: () => ({ nodes: [{ name: 'n1' }, { name: 'n2' }] }),
    ListPools: () => ({}),
    ListIdentities: () => ({
      identities: [{ id: 256, labels: [{ source: 'user', key: 'note', value: SECRET }] }],
    }),
    ListEndpoints: () => ({}),
    ListServices: () => ({}),
  },
  Policies: { List: () => ({ policies: [] }), Lint: refuse('lint is not well') },
  Flows: { Observe: () => [{ flows: [flow] }] },
  NodeInspection: {
    DumpMap: ({ node, map, limit }: { node: string; map: string; limit: number }) => {
      if (node === 'n2') throw new Refusal('UNAVAILABLE', 'node n2 has no stream to the control plane');
      return { rowsJson: [JSON.stringify({ map, limit })], truncated: map === 'ct' };
    },
  },
};

async function run(handlers: Handlers, ...args: string[]) {
  const dir = scratch();
  const pki = await makePki(dir.path);
  const server = await serve('127.0.0.1:0', pki.credentials(), handlers);
  const config = pki.config([server.address]);
  const file = join(dir.path, 'bugs.tar.gz');
  const outcome = await sluice(['--config', config, 'bugtool', '--file', file, ...args]);
  const read = (name: string) => {
    if (!existsSync(join(dir.path, 'sluice'))) execFileSync('tar', ['xzf', file, '-C', dir.path]);
    return readFileSync(join(dir.path, 'sluice', name), 'utf8');
  };
  return {
    outcome,
    file,
    read,
    dir,
    [Symbol.dispose]: () => {
      server[Symbol.dispose]();
      dir[Symbol.dispose]();
    },
  };
}

describe('sluice bugtool', () => {
  it('writes what can be had, says what cannot, and hides what may be a secret', async () => {
    using made = await run(HANDLERS, '--rows', '5');
    const { outcome, file, read } = made;
    expect(outcome.code).toBe(0);
    expect(outcome.err).toContain('cluster/lint.json: ');
    expect(outcome.err).toContain('nodes/n2/ct.jsonl: ');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(read('cluster/status.json'))).toMatchObject({ clusterUuid: 'c-1' });
    expect(read('cluster/identities.json')).toContain('(redacted)');
    expect(read('cluster/identities.json')).not.toContain('MC4CAQAwBQYDK2Vw');
    expect(
      read('nodes/n1/ct.jsonl')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([{ map: 'ct', limit: 5 }, { truncated: 'there are more than 5 rows' }]);
    expect(read('nodes/n1/system.jsonl')).toContain('"map":"system"');
    expect(read('nodes/n1/flows.jsonl')).toContain('policy-deny');
    const manifest = JSON.parse(read('manifest.json')) as { parts: { file: string; error: string | null }[] };
    expect(manifest).toMatchObject({ context: 'admin', nodes: ['n1', 'n2'] });
    const missing = manifest.parts.filter(({ error }) => error !== null).map(({ file: name }) => name);
    expect(missing).toContain('cluster/lint.json');
    expect(missing.filter((name) => name.startsWith('nodes/n1/'))).toEqual([]);
  });

  it('asks only the nodes that are named', async () => {
    using made = await run(HANDLERS, '--node', 'n1');
    expect(made.outcome.err).not.toContain('n2');
    made.read('manifest.json');
    expect(readdirSync(join(made.dir.path, 'sluice/nodes'))).toEqual(['n1']);
    using unknown = await run(HANDLERS, '--node', 'n3');
    expect(unknown.outcome).toMatchObject({ code: 2 });
    expect(unknown.outcome.err).toContain("there is no node 'n3'");
    expect(existsSync(unknown.file)).toBe(false);
  });

  it('overwrites nothing, and leaves nothing half-made', async () => {
    using there = await run(HANDLERS);
    const before = readFileSync(there.file);
    const refused = await sluice([
      '--config',
      join(there.dir.path, 'config.yaml'),
      'bugtool',
      '--file',
      there.file,
    ]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.err).toContain('is there already');
    expect(readFileSync(there.file).equals(before)).toBe(true);
    using made = await run(HANDLERS, '--rows', 'many');
    expect(made.outcome.err).toContain("--rows 'many' is not a number");
    expect(readdirSync(made.dir.path).filter((name) => name.includes('bugs'))).toEqual([]);
  });
});
