import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab, Output } from '@sluice/lab';
import { issue } from '@sluice/pki';
import { createClients } from '@sluice/api';
import { allow, apply, document, SLOW_MS, startLab, stopLab } from './support.js';

describe('bad input changes nothing', () => {
  let lab: Lab;
  let before: string;
  const policies = async () =>
    JSON.stringify((await lab.api().policies.list({})).policies.map(({ ref, revision }) => [ref, revision]));
  const applyFile = async (text: string, ...flags: string[]): Promise<Output> => {
    const file = join(lab.paths.dir, 'input.yaml');
    writeFileSync(file, text);
    return lab.cli([...flags, 'apply', '-f', file]);
  };
  beforeAll(async () => {
    lab = await startLab('input', { nodes: 1 });
    await apply(lab, allow('web', 'orders', 8080));
    before = await policies();
  }, SLOW_MS);
  afterEach(async () => expect(await policies()).toBe(before));
  afterAll(() => stopLab(lab), SLOW_MS);

  const good = document('good', { endpointSelector: {}, ingress: [{ fromEntities: ['cluster'] }] });
  const peers = Array.from({ length: 9_000 }, (_, i) => ({ matchLabels: { app: `${'x'.repeat(55)}${i}` } }));
  const huge = [0, 1].map((n) => ({
    fromEndpoints: peers.slice(n * 4_500),
    toPorts: [{ ports: [{ port: '1', protocol: 'TCP' }] }],
  }));
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['YAML that is none', 'apiVersion: [sluice.dev/v1\nkind: Policy\n', /line|:\d+/],
    ['an unknown field', document('x', { endpointSelector: {}, ingres: [] }), /ingres/],
    [
      'a field that is not supported yet',
      document('x', { endpointSelector: {}, egress: [{ toFQDNs: [{ matchName: 'a.b' }] }] }),
      /toFQDNs/,
    ],
    [
      'a port that is none',
      document('x', {
        endpointSelector: {},
        ingress: [{ toPorts: [{ ports: [{ port: '70000', protocol: 'TCP' }] }] }],
      }),
      /70000|port/,
    ],
    ['one bad document among good ones', `${good}---\n${document('x', { nothing: 1 })}`, /nothing/],
    [
      'a document of more than 1 MiB',
      document('x', { endpointSelector: {}, ingress: huge }),
      /MiB|bytes|large/i,
    ],
  ];
  it.each(bad)('%s', async (_what, text, says) => {
    const { code, stderr, stdout } = await applyFile(text);
    expect(code).toBe(2);
    expect(`${stderr}${stdout}`).toMatch(says);
  });

  it('a viewer may not apply', async () => {
    const { code, stderr } = await applyFile(good, '--context', 'viewer');
    expect(code).toBe(5);
    expect(stderr).toMatch(/viewer|operator/);
  });

  it.each([
    ['an expired certificate opens nothing', 3, 'UNAVAILABLE'],
    ['the same certificate made today does', 0, null],
  ] as const)('%s', async (_what, daysAgo, failure) => {
    const pki = (name: string) => readFileSync(join(lab.paths.config, 'pki', name), 'utf8');
    const made = await issue(
      { cert: pki('ca.crt'), key: pki('ca.key') },
      {
        commonName: 'admin',
        organization: 'sluice:admin',
        usages: ['client'],
        days: 1,
        now: new Date(Date.now() - daysAgo * 86_400_000),
      },
    );
    const clients = createClients(`unix://${join(lab.paths.sockets, 'cp-1.sock')}`, made, {
      timeoutMs: 3_000,
      channel: { 'grpc.ssl_target_name_override': 'cp-1', 'grpc.default_authority': 'cp-1' },
    });
    const answer = clients.policies.apply({ text: good, dryRun: true });
    if (failure === null) await expect(answer).resolves.toMatchObject({ problems: [] });
    else await expect(answer).rejects.toMatchObject({ code: failure });
    clients.close();
  });
});
