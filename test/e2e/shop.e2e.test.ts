import { readdirSync } from 'node:fs';
import type { Lab } from '@sluice/lab';
import { playShop, type ShopReport } from '@sluice/lab';
import { SLOW_MS, startLab, stopLab } from './support.js';

/** The scenario that scripts/lab shows: three nodes, five workloads, both families, TCP and UDP. */
describe.each(['tunnel', 'native'] as const)('the shop, routing %s', (routing) => {
  let lab: Lab;
  let report: ShopReport;
  beforeAll(async () => {
    lab = await startLab(`shop${routing}`, { nodes: 3, routing });
    report = await playShop(lab);
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it('has servers that answer in their own namespaces', () => {
    expect(report.checks[0]).toMatchObject({ ok: true, details: [] });
  });

  it('lets nothing reach anything before the policy', () => {
    expect(report.before).toHaveLength(120);
    expect(report.checks[1]).toMatchObject({ ok: true, details: [] });
  });

  it('lets exactly what the policy names through, on IPv4 and IPv6, within a node and across', () => {
    expect(report.after.filter(({ reached }) => reached)).toHaveLength(8);
    expect(report.checks[2]).toMatchObject({ ok: true, details: [] });
  });

  it('explains every verdict by policy, rule and revision', () => {
    expect(report.checks[3]).toMatchObject({ ok: true, details: [] });
    const passed = report.flows.filter(({ verdict }) => verdict === 'forwarded');
    expect(passed).toHaveLength(8);
    for (const flow of passed) {
      expect(flow.policy).toMatch(/^shop\//);
      expect(flow.rule).toMatch(/^(in|e)gress\[\d\]$/);
      expect(flow.revision).toBe(report.revision);
    }
  });

  it('hides the nodes’ files from the control planes', () => {
    for (const replica of lab.replicas) {
      expect(readdirSync(`/proc/${replica.pid}/root${lab.paths.nodes}`)).toEqual([]);
      expect(readdirSync(`/proc/${replica.pid}/root${lab.paths.config}`)).toContain('config.yaml');
    }
    expect(readdirSync(lab.paths.nodes)).toEqual(['node1', 'node2', 'node3']);
  });

  it('shows the same through the CLI', async () => {
    const { code, stdout } = await lab.cli(['get', 'policies', '-o', 'json']);
    expect(code).toBe(0);
    for (const name of ['web', 'orders', 'payments', 'database']) expect(stdout).toContain(`"${name}"`);
    expect(await lab.cli(['status'])).toMatchObject({ code: 0 });
  });
});
