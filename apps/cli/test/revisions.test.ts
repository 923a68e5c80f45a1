import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ApplyRequest,
  ConfirmRequest,
  DiffRequest,
  PolicyRef,
  RollbackRequest,
  SuspendRequest,
} from '@sluice/api';
import { scratch, sluice } from './io.js';
import { makePki, Refusal, serve, type Handlers } from './server.js';

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

/** A server that remembers what it was asked. */
const handlers = (asked: unknown[]): Handlers => ({
  Policies: {
    History: (request: PolicyRef) => {
      asked.push(request);
      return {
        forms: [{ policy: form(9, 'c-2') }, { policy: form(5, 'c-1'), ...ended, endedChange: 'c-2' }],
        revision: { generation: 1, revision: 9 },
      };
    },
    Diff: (request: DiffRequest) => {
      asked.push(request);
      const fields =
        request.from === 0
          ? []
          : [
              { path: '$.spec.description', before: '"c-1"', after: '"c-2"' },
              { path: '$.spec.egress', before: '[]', after: '' },
            ];
      return { from: 'revision 5', to: 'revision 9 (live)', fields };
    },
    Apply: (request: ApplyRequest) => {
      asked.push(request);
      const results = [{ policy: ref, action: 'configured', revision: 12 }];
      return { results, change: 'c-4', confirmUntil: '2026-11-23T12:00:00.000Z' };
    },
    Confirm: (request: ConfirmRequest) => {
      asked.push(request);
      if (request.change === 'c-late')
        throw new Refusal('FAILED_PRECONDITION', 'change c-late was to be confirmed until noon');
      return { results: [{ policy: ref, action: 'configured', revision: 12 }], change: request.change };
    },
    Suspend: (request: SuspendRequest) => {
      asked.push(request);
      return { until: '2026-11-23T12:10:00.000Z', by: 'admin', reason: request.reason };
    },
    Resume: () => ({ until: '', by: '', reason: '' }),
    Rollback: (request: RollbackRequest) => {
      asked.push(request);
      if (request.to === 4) throw new Refusal('ABORTED', 'Policy shop/web is at revision 9, not at 8');
      return { results: [{ policy: ref, action: 'configured', revision: 12 }], change: 'c-3' };
    },
  },
});

describe('history and rollback', () => {
  const dir = scratch();
  const asked: unknown[] = [];
  let server: Awaited<ReturnType<typeof serve>>;
  let config: string;
  beforeAll(async () => {
    const pki = await makePki(dir.path);
    server = await serve('127.0.0.1:0', pki.credentials(), handlers(asked));
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

  it('tells the difference that the server finds', async () => {
    const { code, out } = await run('diff', 'Policy', 'shop/web', '--from', '5', '--to', '9');
    expect(asked).toEqual([{ policy: ref, from: 5, to: 9, text: '' }]);
    expect([code, out.split('\n')]).toEqual([
      0,
      [
        '--- revision 5',
        '+++ revision 9 (live)',
        '- $.spec.description: "c-1"',
        '+ $.spec.description: "c-2"',
        '- $.spec.egress: []',
        '',
      ],
    ]);
    expect((await run('diff', 'Policy', 'shop/web')).out).toContain('no difference');
    asked.splice(0);
    expect((await run('diff', 'Policy', 'shop/web', '--from', 'x')).code).toBe(2);
    expect(asked).toEqual([]);
  });

  it('sends a file to be compared', async () => {
    const file = join(dir.path, 'web.yaml');
    writeFileSync(file, POLICY);
    const { out } = await run('policy', 'diff', 'Policy', 'shop/web', '-f', file);
    expect(asked).toEqual([{ policy: ref, from: 0, to: 0, text: POLICY }]);
    expect(out).toContain(`+++ ${file}`);
    expect((await run('diff', 'Policy', 'shop/web', '-f', file, '--to', '9')).code).toBe(2);
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

  it('rolls a whole change back, and wants to know which of both is meant', async () => {
    expect((await run('rollback', '--change', 'c-2', '--detach')).code).toBe(0);
    expect(asked).toMatchObject([{ change: 'c-2', policy: null, to: 0, detach: true }]);
    asked.splice(0);
    for (const args of [
      [],
      ['Policy', 'shop/web'],
      ['Policy', 'shop/web', '--change', 'c-2'],
      ['--change', 'c-2', '--to', '5'],
    ])
      expect((await run('rollback', ...args)).code).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe('changes that end by themselves', () => {
  const dir = scratch();
  const asked: unknown[] = [];
  let server: Awaited<ReturnType<typeof serve>>;
  let config: string;
  beforeAll(async () => {
    const pki = await makePki(dir.path);
    server = await serve('127.0.0.1:0', pki.credentials(), handlers(asked));
    config = pki.config([server.address]);
    writeFileSync(join(dir.path, 'web.yaml'), POLICY);
  });
  afterAll(() => {
    server[Symbol.dispose]();
    dir[Symbol.dispose]();
  });
  beforeEach(() => asked.splice(0));
  const run = (...args: string[]) => sluice([...args, '--config', config]);

  it('apply --confirm says until when and how', async () => {
    const { code, out } = await run('apply', '-f', join(dir.path, 'web.yaml'), '--confirm', '1m');
    expect(code).toBe(0);
    expect(asked).toMatchObject([{ confirmSeconds: 60 }]);
    expect(out).toContain('taken back at 2026-11-23T12:00:00.000Z unless you confirm it: sluice confirm c-4');
    expect((await run('apply', '-f', join(dir.path, 'web.yaml'), '--confirm', '25h')).code).toBe(2);
  });

  it('confirm lets it hold, or says why not', async () => {
    const { code, out } = await run('confirm', 'c-4');
    expect([code, out, asked]).toEqual([0, 'change c-4 is confirmed\n', [{ change: 'c-4' }]]);
    const late = await run('confirm', 'c-late');
    expect([late.code, late.err]).toEqual([1, expect.stringContaining('until noon')]);
  });

  it('suspend says until when, resume ends it', async () => {
    const { code, out } = await run('suspend', '--for', '10m', '--reason', 'fire');
    expect([code, asked]).toEqual([0, [{ seconds: 600, reason: 'fire' }]]);
    expect(out).toContain('until 2026-11-23T12:10:00.000Z');
    expect((await run('suspend')).code).toBe(2);
    expect((await run('suspend', '--for', '25h')).code).toBe(2);
    expect((await run('resume')).out).toBe('policy is enforced\n');
  });
});
