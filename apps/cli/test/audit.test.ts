import type { AuditRequest, ObserveRequest, SuggestRequest } from '@sluice/api';
import { flow } from './fixtures.js';
import { scratch, sluice } from './io.js';
import { makePki, Refusal, serve, type Handlers } from './server.js';

const app = (value: string) => [{ source: 'k8s', key: 'app', value }];
const lockdown = { kind: 'Policy', scope: 'shop', name: 'lockdown' };
const row = {
  node: '',
  source: { identity: 256, labels: app('web'), workloads: ['shop/web-1'] },
  destination: { identity: 257, labels: app('orders'), workloads: ['shop/orders-1'] },
  ...{ protocol: 'TCP', port: 8080, direction: 'ingress', family: 4 },
  ...{ verdict: 'FORWARDED', staged: 'DROPPED', stagedReason: 'default-deny', stagedIsolating: [lockdown] },
  ...{ count: 12, first: '2026-11-22T10:00:00.000Z', last: '2026-11-23T10:00:00.000Z' },
};
const opened = {
  ...row,
  ...{ destination: { prefix: '198.19.0.0/24' }, protocol: 'ICMP', port: 8, direction: 'egress' },
  ...{ verdict: 'DROPPED', staged: 'FORWARDED', stagedReason: '', stagedIsolating: [], count: 1 },
  stagedRules: [{ policy: lockdown, uid: 'u', rule: 'egress[0]', revision: 7 }],
};
const rings = { flowsSince: '2026-11-20T00:00:00.000Z', youngestNode: 'node-2', silentNodes: ['node-3'] };
const TEXT = 'apiVersion: sluice.dev/v1\nkind: Policy\n';

const handlers = (asked: unknown[]): Handlers => ({
  Policies: {
    Audit: (request: AuditRequest) => {
      asked.push(request);
      return { flows: request.policy?.name === 'none' ? [] : [row, opened], ...rings, truncated: true };
    },
    Suggest: (request: SuggestRequest) => {
      asked.push(request);
      if (request.workload === 'default/gone') throw new Refusal('NOT_FOUND', 'there is no workload');
      return { text: TEXT, notes: ['egress: a\u001bb'], ...rings };
    },
  },
  Flows: {
    Observe: (request: ObserveRequest) => {
      asked.push(request);
      return [
        { flows: [{ ...flow, ...{ reason: '', rules: [], staged: 'FORWARDED', stagedRules: flow.rules } }] },
      ];
    },
  },
});

describe('audit, suggest and staged flows', () => {
  const dir = scratch();
  const asked: unknown[] = [];
  let config = '';
  let server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    const pki = await makePki(dir.path);
    server = await serve('127.0.0.1:0', pki.credentials(), handlers(asked));
    config = pki.config([server.address]);
  });
  afterAll(() => {
    server[Symbol.dispose]();
    dir[Symbol.dispose]();
  });
  const run = (...argv: string[]) => sluice(['--config', config, ...argv]);

  it('audit tells who would be dropped or let through, and by what', async () => {
    const { code, out, err } = await run('audit', 'Policy', 'shop/lockdown', '--since', '24h');
    expect(code).toBe(0);
    expect(out).toMatch(
      /drop +12 +shop\/web-1 \(k8s:app=web\) +shop\/orders-1 \(k8s:app=orders\) +TCP 8080 +ingress +default-deny by Policy shop\/lockdown/,
    );
    expect(out).toMatch(
      /allow +1 .* 198\.19\.0\.0\/24 +ICMP type 8 +egress +Policy shop\/lockdown egress\[0\]/,
    );
    expect(err).toContain('since 2026-11-20T00:00:00.000Z (node-2 begins then)');
    expect(err).toContain('no answer from node-3');
    expect(err).toContain('not shown');
    const request = asked.at(-1) as AuditRequest;
    expect(request.policy).toEqual(lockdown);
    expect(Math.abs(Date.now() - 86_400_000 - Date.parse(request.since))).toBeLessThan(60_000);
  });
  it('audit asks for all policies, and prints the message for machines', async () => {
    const { out, err } = await run('policy', 'audit', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ ...rings, flows: [{ count: 12 }, { count: 1 }] });
    expect(err).toBe('');
    expect(asked.at(-1)).toMatchObject({ policy: null, since: '' });
    expect((await run('audit', 'Policy', 'shop/none')).err).toContain('would have changed nothing');
    expect((await run('audit', 'Policy')).code).toBe(2);
    expect((await run('audit', '--since', 'soon')).code).toBe(2);
  });
  it('suggest prints a document that can be applied, and the rest beside it', async () => {
    const { code, out, err } = await run('suggest', 'web', '--dropped', '--since', '2026-11-23T10:00:00Z');
    expect([code, out]).toEqual([0, TEXT]);
    expect(err).toContain('note: egress: a?b\n');
    expect(err).toContain('no answer from node-3');
    expect(asked.at(-1)).toEqual({
      ...{ workload: 'default/web', since: '2026-11-23T10:00:00.000Z', droppedToo: true },
    });
    expect((await run('suggest', 'gone')).code).toBe(1);
    expect((await run('suggest', 'a/b/c')).code).toBe(2);
  });
  it('observe --staged asks for staged flows and shows what would be', async () => {
    const { out } = await run('observe', '--staged');
    expect((asked.at(-1) as ObserveRequest).filter).toMatchObject({ stagedOnly: true });
    expect(out).toContain('TCP DROPPED ingress [staged FORWARDED: default/orders ingressDeny[0] @42]');
  });
});
