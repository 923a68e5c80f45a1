import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyRef, RollbackRequest } from '@sluice/api';
import { scratch, sluice } from './io.js';
import { makePki, Refusal, serve } from './server.js';

const POLICY = `apiVersion: sluice.dev/v1
kind: Policy
metadata: {name: web, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: web}}
  ingress: [{}]
`;
const ref = { kind: 'Policy', scope: 'shop', name: 'web' };
const form = (revision: number, change: string) => ({
  ref,
  uid: 'u-1',
  revision,
  documentJson: JSON.stringify({ kind: 'Policy', spec: { description: change } }),
  author: 'olga',
  time: '2026-11-23T10:00:00Z',
  owner: 'api',
  change,
});
const ended = { ended: 'replaced', endedBy: 'oskar', endedAt: '2026-11-23T11:00:00Z', endedRevision: 9 };

describe('history and rollback', () => {
  const dir = scratch();
  const asked: unknown[] = [];
  let server: Awaited<ReturnType<typeof serve>>;
  let config: string;
  beforeAll(async () => {
    const pki = await makePki(dir.path);
    server = await serve('127.0.0.1:0', pki.credentials(), {
      Policies: {
        History: (request: PolicyRef) => {
          asked.push(request);
          return {
            forms: [{ policy: form(9, 'c-2') }, { policy: form(5, 'c-1'), ...ended, endedChange: 'c-2' }],
            revision: { generation: 1, revision: 9 },
          };
        },
        Rollback: (request: RollbackRequest) => {
          asked.push(request);
          if (request.to === 4) throw new Refusal('ABORTED', 'Policy shop/web is at revision 9, not at 8');
          return { results: [{ policy: ref, action: 'configured', revision: 12 }], change: 'c-3' };
        },
      },
    });
    config = pki.config([server.address]);
  });
  afterAll(() => {
    server[Symbol.dispose]();
    dir[Symbol.dispose]();
  });
  beforeEach(() => asked.splice(0));
  const run = (...args: string[]) => sluice([...args, '--config', config]);

  it('lists the forms and how they ended', async () => {
    const { code, out } = await run('history', 'Policy', 'shop/web');
    expect(code).toBe(0);
    expect(asked).toEqual([ref]);
    const rows = out
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows[1]?.slice(0, 5)).toEqual(['9', 'olga', '2026-11-23T10:00:00Z', 'c-2', 'live']);
    expect(rows[2]?.slice(4)).toEqual(['replaced', 'oskar', '2026-11-23T11:00:00Z']);
  });

  it('has the documents in JSON', async () => {
    const { out } = await run('history', 'Policy', 'shop/web', '-o', 'json');
    const { forms } = JSON.parse(out) as { forms: { policy: { document: unknown } }[] };
    expect(forms[1]?.policy.document).toEqual({ kind: 'Policy', spec: { description: 'c-1' } });
  });

  it('tells the difference of two forms, and of revisions that are not kept', async () => {
    const { code, out } = await run('diff', 'Policy', 'shop/web');
    expect([code, out.split('\n')]).toEqual([
      0,
      [
        '--- revision 5',
        '+++ revision 9 (live)',
        '- $.spec.description: "c-1"',
        '+ $.spec.description: "c-2"',
        '',
      ],
    ]);
    expect((await run('diff', 'Policy', 'shop/web', '--from', '9')).out).toContain('no difference');
    expect((await run('diff', 'Policy', 'shop/web', '--from', '7')).code).toBe(1);
  });

  it('tells the difference to a file that holds the policy', async () => {
    const file = join(dir.path, 'web.yaml');
    writeFileSync(file, POLICY);
    const { out } = await run('diff', 'Policy', 'shop/web', '-f', file);
    expect(out).toContain('--- revision 9 (live)');
    expect(out).toContain('+ $.metadata.name: "web"');
    expect((await run('diff', 'Policy', 'shop/other', '-f', file)).code).toBe(2);
  });

  it('rolls back to a revision', async () => {
    const args = ['--to', '5', '--detach', '--if-match', '9'];
    const { code, out } = await run('rollback', 'Policy', 'shop/web', ...args);
    expect([code, out]).toEqual([0, 'Policy shop/web configured (revision 12)\n']);
    expect(asked[0]).toMatchObject({
      policy: ref,
      to: 5,
      detach: true,
      dryRun: false,
      ifMatch: [{ policy: ref, revision: 9 }],
    });
  });

  it('tells a conflict by its exit code, and asks nothing for a bad revision', async () => {
    expect((await run('rollback', 'Policy', 'shop/web', '--to', '4')).code).toBe(4);
    asked.splice(0);
    expect((await run('rollback', 'Policy', 'shop/web', '--to', 'x')).code).toBe(2);
    expect(asked).toEqual([]);
  });
});
