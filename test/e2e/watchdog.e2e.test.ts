import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, until, type Workload } from '@sluice/lab';
import { allow, apply, SLOW_MS, startLab, stopLab } from './support.js';

const PORT = 8080;

const bpftool = (...args: string[]): unknown =>
  JSON.parse(execFileSync('bpftool', ['-j', ...args], { encoding: 'utf8' }) || 'null');
const linkId = (pin: string): number => (bpftool('link', 'show', 'pinned', pin) as { id: number }).id;

describe('programs that somebody takes off', () => {
  let lab: Lab;
  let web: Workload;
  beforeAll(async () => {
    lab = await startLab('watchdog', { nodes: 1 });
    const node = lab.node(1);
    web = await node.addWorkload({ name: 'web' });
    await node.addWorkload({ name: 'near', ports: [PORT] });
    await apply(lab, allow('web', 'near', PORT));
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it(
    'are there again within seconds, with an alarm, and what was allowed goes on',
    async () => {
      const node = lab.node(1);
      const near = node.workloads.get('near') as Workload;
      const instances = join(node.bpffs, 'sluice');
      const [instance = ''] = readdirSync(instances);
      const [layout = ''] = readdirSync(join(instances, instance)).filter((name) => /^v\d+$/.test(name));
      const links = join(instances, instance, layout, 'links');
      for (const name of readdirSync(links)) {
        const pin = join(links, name);
        const before = linkId(pin);
        bpftool('link', 'detach', 'id', String(before));
        await until(`${name} is attached again`, () => linkId(pin) !== before, 20_000);
      }
      expect((await web.probe(near, PORT)).ok).toBe(true);
      const { json } = await node.client.status({});
      const { alarms } = JSON.parse(json) as { alarms: { kind: string; subject: string }[] };
      expect(alarms.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(
        expect.arrayContaining(readdirSync(links).map((name) => `attachment-lost ${name}`)),
      );
    },
    SLOW_MS,
  );
});
