import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LintRequest } from '@sluice/api';
import { scratch, sluice } from './io.js';
import { makePki, serve } from './server.js';

const policy = (spec: string) =>
  `apiVersion: sluice.dev/v1\nkind: Policy\nmetadata: { name: web, namespace: shop }\nspec:\n  endpointSelector: {}\n${spec}`;
const SOUND = policy('  ingress: [{}]\n');
const ODD = policy('  ingress:\n    - fromEntities: [all]\n');
const BROKEN = policy(
  '  ingress: [{ fromEndpoints: [{ matchExpressions: [{ key: "k8s:a", operator: Exists }, { key: "k8s:a", operator: DoesNotExist }] }] }]\n',
);

describe('sluice policy lint', () => {
  const lint = (stdin: string, ...args: string[]) => sluice(['policy', 'lint', '-', ...args], { stdin });

  it('ends with 0 where nothing is found, and for warnings unless it is strict', async () => {
    expect(await lint(SOUND)).toEqual({ code: 0, out: 'nothing found\n', err: '' });
    const { code, out } = await lint(ODD);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '<stdin>:7:7 warning world-open Policy shop/web ingress[0]: the whole world may come in on every port (name the ports, or the prefixes)',
      '0 errors, 1 warnings, 0 to look at',
      '',
    ]);
    expect(await lint(ODD, '--strict')).toMatchObject({ code: 1, err: 'sluice: 1 finding\n' });
  });

  it('ends with 1 for errors, also for documents that would be refused', async () => {
    expect(await lint(BROKEN)).toMatchObject({ code: 1, err: 'sluice: 1 finding of level error\n' });
    const refused = await lint(policy('  ingres: []\n'));
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.out).toContain('<stdin>:6:3 error invalid-document $.spec.ingres');
    expect((await sluice(['policy', 'lint', '/nonexistent.yaml'])).code).toBe(2);
  });

  it('prints an array with -o json', async () => {
    const { out } = await lint(ODD, '-o', 'json');
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({
        level: 'warning',
        code: 'world-open',
        rule: 'ingress[0]',
        policy: { kind: 'Policy', scope: 'shop', name: 'web' },
        at: expect.objectContaining({ file: '<stdin>', line: 7, column: 7, path: '$.spec.ingress[0]' }),
      }),
    ]);
  });
});

describe('sluice lint', () => {
  const dir = scratch();
  const asked: LintRequest[] = [];
  let server: Awaited<ReturnType<typeof serve>>;
  let config: string;
  const ref = { kind: 'Policy', scope: 'shop', name: 'web' };
  beforeAll(async () => {
    const pki = await makePki(dir.path);
    server = await serve('127.0.0.1:0', pki.credentials(), {
      Policies: {
        Lint: (request: LintRequest) => {
          asked.push(request);
          const finding = { level: 'warning', code: 'unused-rule', policy: ref, rule: 'ingress[0]', message: 'no hit' };
          return { findings: [finding], flowsSince: '2026-11-20T00:00:00Z', silentNodes: ['n2'] };
        },
      },
    }); // prettier-ignore
    config = pki.config([server.address]);
  });
  afterAll(() => {
    server[Symbol.dispose]();
    dir[Symbol.dispose]();
  });
  beforeEach(() => asked.splice(0));
  const run = (...args: string[]) => sluice(['lint', '--config', config, ...args]);

  it('asks the server, and says how far the recorded flows go back', async () => {
    const { code, out, err } = await run('--unused-days', '7');
    expect(code).toBe(0);
    expect(asked).toEqual([{ text: '', file: '', unusedDays: 7 }]);
    expect(out).toBe(
      'warning unused-rule Policy shop/web ingress[0]: no hit\n0 errors, 1 warnings, 0 to look at\n',
    );
    expect(err).toBe('recorded flows since 2026-11-20T00:00:00Z\nno flows from n2\n');
    expect((await run('--strict')).code).toBe(1);
    expect((await run('--unused-days', 'x')).code).toBe(2);
  });

  it('sends a file', async () => {
    const file = join(dir.path, 'p.yaml');
    writeFileSync(file, SOUND);
    await run('-f', file);
    expect(asked).toEqual([{ text: SOUND, file, unusedDays: 0 }]);
  });
});
