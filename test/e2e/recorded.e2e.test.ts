import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { labPaths, type Lab, until, type Workload } from '@sluice/lab';
import { allow, apply, document, labName, SLOW_MS, startLab, stopLab, withdrawAll } from './support.js';

const PORT = 8080;
const OTHER = 8081;
const app = (name: string) => ({ matchLabels: { app: name } });

describe('flows that nodes record', () => {
  let lab: Lab;
  let web: Workload;
  let db: Workload;

  beforeAll(async () => {
    lab = await startLab('recorded');
    [web, db] = await Promise.all([
      lab.node(1).addWorkload({ name: 'web' }),
      lab.node(2).addWorkload({ name: 'db', ports: [PORT, OTHER] }),
    ]);
    const lockdown = {
      endpointSelector: app('db'),
      enforcement: 'audit',
      ingressDeny: [{ fromEndpoints: [app('web')] }],
    };
    await apply(lab, allow('web', 'db', PORT), document('lockdown', lockdown));
    for (const family of [4, 6] as const) {
      expect((await web.probe(db, PORT, family)).ok).toBe(true);
      expect((await web.probe(db, OTHER, family)).ok).toBe(false);
    }
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  const policies = () => lab.api(1, 'viewer').policies;
  const staged = async () =>
    (await policies().audit({ policy: { kind: 'Policy', scope: 'shop', name: 'lockdown' } })).flows;
  /** What the files of a node's ring say. */
  const onDisk = (node: string): string => {
    const folder = join(labPaths(labName('recorded')).nodes, node, 'state', 'flows');
    return readdirSync(folder)
      .filter((name) => name.endsWith('.rows'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
  };

  it(
    'tell what a staged policy would drop, whichever replica is asked',
    async () => {
      await until('both families are counted', async () => (await staged()).length === 2, 10_000);
      for (const flow of await staged()) {
        expect(flow).toMatchObject({
          ...{ node: 'node2', verdict: 'FORWARDED', staged: 'DROPPED', direction: 'ingress', port: PORT },
          source: { workloads: ['shop/web'] },
          destination: { workloads: ['shop/db'] },
          stagedRules: [{ policy: { name: 'lockdown' }, rule: 'ingressDeny[0]' }],
        });
        expect(flow.stagedRules[0]?.revision).toBeGreaterThan(0);
      }
    },
    SLOW_MS,
  );

  it(
    'outlive their agent',
    async () => {
      await until('the rows are on disk', () => onDisk('node2').includes('lockdown'), 30_000);
      const node = lab.node(2);
      await node.agent.kill('SIGKILL');
      const silent = async () => (await policies().audit({})).silentNodes;
      await until('its node is silent', async () => (await silent()).includes('node2'), 20_000);
      node.agent.start();
      await node.ready();
      await until('its node answers', async () => (await silent()).length === 0, 20_000);
      expect(await staged()).toHaveLength(2);
    },
    SLOW_MS,
  );

  it(
    'make the least policies, which let through the same',
    async () => {
      const texts = [];
      for (const workload of ['shop/web', 'shop/db']) {
        const { text, flowsSince } = await policies().suggest({ workload });
        expect(flowsSince).not.toBe('');
        expect(text).toContain(`"${PORT}"`);
        expect(text).not.toContain(String(OTHER));
        texts.push(text);
      }
      await withdrawAll(lab);
      expect((await web.probe(db, PORT)).ok).toBe(false);
      await apply(lab, ...texts);
      for (const family of [4, 6] as const) {
        expect((await web.probe(db, PORT, family)).ok).toBe(true);
        expect((await web.probe(db, OTHER, family)).ok).toBe(false);
      }
    },
    SLOW_MS,
  );
});
