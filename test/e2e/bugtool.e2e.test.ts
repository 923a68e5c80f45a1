import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import type { Lab } from '@sluice/lab';
import { allow, apply, SLOW_MS, startLab, stopLab } from './support.js';

/** Lines of all private keys of the lab: whatever form they are written in, these stand in it. */
function secrets(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.key'))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'))
    .filter((line) => line.length > 20 && !line.startsWith('-----'));
}

/** What an agent serves on its socket. */
async function metrics(socketPath: string): Promise<string> {
  const [answer] = (await once(get({ socketPath, path: '/metrics' }), 'response')) as [IncomingMessage];
  return streamText(answer);
}

describe('sluice bugtool', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab('bugtool');
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it(
    'has what every node says, and no key',
    async () => {
      await using web = await lab.node(1).addWorkload({ name: 'web' });
      await using orders = await lab.node(2).addWorkload({ name: 'orders', ports: [8080] });
      await apply(lab, allow('web', 'orders', 8080));
      expect(await web.probe(orders, 8080)).toMatchObject({ ok: true });
      const file = join(lab.paths.dir, 'bugs.tar.gz');
      expect(await lab.cli(['bugtool', '--file', file])).toMatchObject({ code: 0, stderr: '' });
      execFileSync('tar', ['xzf', file, '-C', lab.paths.dir]);
      const read = (name: string) => readFileSync(join(lab.paths.dir, 'sluice', name), 'utf8');
      expect(read('cluster/policies.json')).toContain('web-to-orders-8080');
      expect(read('nodes/node1/flows.jsonl')).toContain(orders.address(4));
      expect(read('nodes/node1/ct.jsonl')).toContain(orders.address(4));
      expect(read('nodes/node2/system.jsonl')).toMatch(/"source":"nft list ruleset","output":"table/);
      expect(read('nodes/node2/status.jsonl')).toContain('"ready":true');
      expect(existsSync(join(lab.paths.dir, 'sluice/manifest.json'))).toBe(true);
      const all = execFileSync('tar', ['xzOf', file], { encoding: 'latin1', maxBuffer: 1 << 28 });
      const keys = secrets(lab.paths.config);
      expect(keys.length).toBeGreaterThan(10);
      expect(keys.filter((line) => all.includes(line))).toEqual([]);
      expect(all).not.toContain('PRIVATE KEY');
    },
    SLOW_MS,
  );

  it(
    'beside it the metrics of a node tell its pace and how full it is',
    async () => {
      await using web = await lab.node(1).addWorkload({ name: 'web' });
      await apply(lab, allow('web', 'orders', 9000));
      expect(web.endpoint.state).toBe('ready');
      const text = await metrics(join(lab.node(1).dir, 'run', 'rest.sock'));
      const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
      expect(value('sluice_realized_seconds_count')).toBeGreaterThan(0);
      expect(value('sluice_realized_seconds_sum')).toBeGreaterThan(0);
      expect(value('sluice_pass_seconds_count')).toBeGreaterThan(1);
      expect(value('sluice_store_watched')).toBe(1);
      expect(value('sluice_store_revision')).toBeGreaterThanOrEqual(value('sluice_realized_revision'));
      for (const map of ['policy', 'policy_classes', 'ipcache', 'endpoints']) {
        const fill = value(`sluice_map_fill_ratio\\{map="${map}"\\}`);
        expect([map, fill > 0 && fill < 0.1]).toEqual([map, true]);
      }
      const ends = value('sluice_certificate_expiry_timestamp_seconds\\{of="etcd"\\}');
      expect(ends * 1_000).toBeGreaterThan(Date.now());
    },
    SLOW_MS,
  );
});
