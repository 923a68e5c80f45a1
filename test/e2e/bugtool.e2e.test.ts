import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '@sluice/lab';
import { allow, apply, SLOW_MS, startLab, stopLab } from './support.js';

/** Lines of all private keys of the lab: whatever form they are written in, these stand in it. */
function secrets(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.key'))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'))
    .filter((line) => line.length > 20 && !line.startsWith('-----'));
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
});
