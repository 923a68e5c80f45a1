import { join } from 'node:path';
import type { ExplainRequest, TraceRequest } from '@sluice/api';
import { writeFileSync } from 'node:fs';
import { scratch, sluice } from './io.js';
import { makePki, serve } from './server.js';

const EXAMPLE = join(import.meta.dirname, '../../../examples/shop.test.yaml');

describe('sluice policy trace --file', () => {
  const trace = (...args: string[]) => sluice(['policy', 'trace', '--file', EXAMPLE, ...args]);

  it('prints the decider, what matches, and what is missing', async () => {
    const { code, out, err } = await trace('--from', 'shop/web', '--to', 'shop/orders', '--port', '8080/TCP');
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')[0]).toMatch(/^shop\/web -> shop\/orders 8080\/TCP: (allowed|denied)$/);
    expect(out).toContain('egress of shop/web');
    expect(out).toContain('ingress of shop/orders');
    expect(out).toMatch(/rules that (nearly )?match:/);
  });

  it('prints the message of the API with -o json', async () => {
    const args = ['--from', 'k8s:app=web', '--from-namespace', 'shop', '--to', 'shop/orders', '--port', '1'];
    const { code, out } = await trace(...args, '-o', 'json');
    const answer = JSON.parse(out) as { egress: object; ingress: { matched: unknown[] } };
    expect(code).toBe(0);
    expect(Object.keys(answer).sort()).toEqual(['egress', 'ingress', 'notes', 'revision', 'verdict']);
    expect(Object.keys(answer.ingress).sort()).toEqual(
      ['connectionJson', 'isolating', 'mapEntryJson', 'matched', 'nearly', 'peer', 'reason', 'rules', 'staged', 'stagedRules', 'subject', 'verdict'], // prettier-ignore
    );
  });

  it.each([
    [['--from', 'shop/nobody', '--to', 'shop/orders', '--port', '80'], 'there is no workload "shop/nobody"'],
    [
      ['--from', 'shop/web', '--to', 'shop/orders', '--port', '80/IGMP'],
      "--port '80/IGMP' is not understood",
    ],
    [['--from', 'shop/web', '--to', 'shop/orders', '--port', '0'], 'from 1 to 65535'],
    [['--from', 'a=b', '--to', 'world', '--port', '80', '-f', 'x'], 'a world of a file has its own policies'],
  ])('ends with 2 for %j', async (args, message) => {
    const { code, err } = await trace(...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('sluice explain and sluice trace', () => {
  const dir = scratch();
  const asked: unknown[] = [];
  let server: Awaited<ReturnType<typeof serve>>;
  let config: string;
  const ref = (name: string) => ({ kind: 'Policy', scope: 'shop', name });
  const rule = (name: string, at: string) => ({ policy: ref(name), uid: 'u', rule: at, revision: 7 });
  const answer = {
    verdict: 'DROPPED',
    ingress: {
      subject: { identity: 300, workloads: ['shop/db'], labels: [{ source: 'k8s', key: 'app', value: 'db' }] },
      peer: { identity: 1, entity: 'host', node: 'n1' },
      verdict: 'DROPPED',
      rules: [rule('db', 'ingressDeny[0]')],
      matched: [
        { rule: rule('db', 'ingressDeny[0]'), tier: 'normal', action: 'deny' },
        { rule: rule('db', 'ingress[0]'), tier: 'normal', action: 'allow' },
        { rule: rule('base', 'rules[1]'), tier: 'baseline', action: 'deny', skipped: true },
      ],
      nearly: [{ rule: rule('db', 'ingress[1]'), tier: 'normal', action: 'allow', missing: 'port 80 is not 81' }],
      staged: 'FORWARDED',
      mapEntryJson: '{"deny":true}',
    },
    revision: { generation: 1, revision: 9 },
    notes: ['the node\u2019s kernel differs\u001b[2J'],
  }; // prettier-ignore
  beforeAll(async () => {
    const pki = await makePki(dir.path);
    const reply = (request: ExplainRequest | TraceRequest) => (asked.push(request), answer);
    server = await serve('127.0.0.1:0', pki.credentials(), { Policies: { Explain: reply, Trace: reply } });
    config = pki.config([server.address]);
  });
  afterAll(() => {
    server[Symbol.dispose]();
    dir[Symbol.dispose]();
  });
  beforeEach(() => asked.splice(0));
  const run = (...args: string[]) => sluice([...args, '--config', config]);

  it.each([[['explain']], [['policy', 'explain']]])('asks the server: %j', async (command) => {
    const { code, out } = await run(...command, 'node/n1', 'shop/db', '--port', '80/TCP', '--kernel');
    expect(code).toBe(0);
    expect(asked).toEqual([{ from: 'node/n1', to: 'shop/db', protocol: 'TCP', port: 80, kernel: true }]);
    expect(out.split('\n')).toEqual([
      'node/n1 -> shop/db 80/TCP: denied',
      'egress: not asked, that end has no policy of Sluice\'s',
      'ingress of shop/db (k8s:app=db): denied by Policy shop/db ingressDeny[0] (revision 7)',
      '  rules that match:',
      '    normal deny Policy shop/db ingressDeny[0] (revision 7): decides',
      '    normal allow Policy shop/db ingress[0] (revision 7): outranked',
      '    baseline deny Policy shop/base rules[1] (revision 7): never asked',
      '  rules that nearly match:',
      '    allow Policy shop/db ingress[1] (revision 7): port 80 is not 81',
      '  with staged policies: allowed',
      '  map entry: {"deny":true}',
      'note: the node\u2019s kernel differs?[2J',
      '',
    ]); // prettier-ignore
  });

  it('sends labels, namespaces and policies to trace', async () => {
    const file = join(dir.path, 'p.yaml');
    writeFileSync(file, 'kind: Policy\n');
    const args = ['--from', 'k8s:app=web', '--to', 'shop/db', '--port', '8/ICMP', '--from-namespace', 'shop', '-f', file]; // prettier-ignore
    expect((await run('trace', ...args)).code).toBe(0);
    expect(asked).toEqual([
      {
        from: 'k8s:app=web',
        to: 'shop/db',
        protocol: 'ICMP',
        port: 8,
        text: 'kind: Policy\n',
        fromNamespace: 'shop',
        toNamespace: 'default',
      },
    ]);
    expect((await run('explain', 'a', 'b', '--port', 'http')).code).toBe(2);
  });
});
