import type { ApiError, Clients, TlsPems } from '@sluice/api';
import { keys, type PendingValue, type PolicyValue, type SettingsValue } from '@sluice/store';
import { Harness, policyYaml, until, type Replica } from './harness.js';

const ref = (name: string) => ({ kind: 'Policy', scope: 'shop', name });

let harness: Harness;
let one: Replica;
let tls: TlsPems;
let operator: Clients;
let other: Clients;
let admin: Clients;

beforeAll(async () => {
  harness = await Harness.start();
  one = await harness.replica();
  tls = await harness.user('operator', 'olga');
  operator = harness.connect(one, tls);
  other = harness.connect(one, await harness.user('operator', 'oskar'));
  admin = harness.connect(one, await harness.user('admin', 'ada'));
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const failure = (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => error as ApiError,
  );
const texts = (port: number, ...names: string[]) => names.map((name) => policyYaml(name, port)).join('---\n');
const stored = (name: string) => harness.store.get<PolicyValue>(keys.policy('Policy', 'shop', name));
const portOf = async (name: string) =>
  /"port":"(\d+)"/.exec(JSON.stringify((await stored(name))?.value.document))?.[1];
const gone = (name: string) => async () => (await stored(name)) === null;

describe('rollback of a change', () => {
  it('takes back all of it at once: what it created, replaced and deleted', async () => {
    await operator.policies.apply({ text: texts(80, 'a1', 'a2') });
    const { change, revision } = await operator.policies.apply({ text: texts(81, 'a1', 'a2', 'a3') });
    const dry = await other.policies.rollback({ change, dryRun: true });
    expect(dry.results.map(({ action }) => action)).toEqual(['configured', 'configured', 'deleted']);
    expect((await stored('a1'))?.modRevision).toBe(revision?.revision);
    const back = await other.policies.rollback({ change });
    expect(back.results.map(({ policy, action }) => [policy?.name, action])).toEqual([
      ['a1', 'configured'],
      ['a2', 'configured'],
      ['a3', 'deleted'],
    ]);
    expect([await portOf('a1'), await portOf('a2'), await stored('a3')]).toEqual(['80', '80', null]);
    expect((await stored('a1'))?.modRevision).toBe((await stored('a2'))?.modRevision);
    // And the way forth again is the way back of the way back.
    await operator.policies.rollback({ change: back.change });
    expect([await portOf('a1'), await portOf('a3')]).toEqual(['81', '81']);
    expect(await one.audit()).toContainEqual(
      expect.objectContaining({ event: 'rollback', user: 'oskar', change: back.change }),
    );
  });

  it('brings back what was deleted, unless it was there again since', async () => {
    await operator.policies.apply({ text: texts(80, 'd1') });
    const { change } = await operator.policies.delete({ policies: [ref('d1')] });
    expect((await operator.policies.rollback({ change })).results[0]?.action).toBe('created');
    const again = await operator.policies.delete({ policies: [ref('d1')] });
    await other.policies.apply({ text: texts(82, 'd1') });
    await other.policies.delete({ policies: [ref('d1')] });
    const refused = await failure(operator.policies.rollback({ change: again.change }));
    expect([refused.code, await stored('d1')]).toEqual(['ABORTED', null]);
  });

  it('is in conflict where one of them was changed since, naming it, by whom and when', async () => {
    await operator.policies.apply({ text: texts(80, 'c1', 'c2') });
    const { change } = await operator.policies.apply({ text: texts(81, 'c1', 'c2') });
    await other.policies.apply({ text: texts(82, 'c2') });
    const refused = await failure(operator.policies.rollback({ change }));
    expect(refused.code).toBe('ABORTED');
    expect(refused.message).toMatch(/Policy shop\/c2 was changed by oskar, 20\d\d-.*Z/);
    expect(refused.message).not.toContain('shop/c1');
    expect([await portOf('c1'), await portOf('c2')]).toEqual(['81', '82']);
  });

  it('leaves what a directory owns, unless it is detached', async () => {
    const { change } = await operator.policies.apply({ text: texts(80, 'o1') });
    const entry = await stored('o1');
    await harness.store.put(entry?.key ?? '', { ...entry?.value, owner: 'directory' });
    const changed = await harness.store.get<object>(keys.change(change));
    // The change is made to be that of the directory's form.
    await harness.store.delete(keys.change(change));
    const now = await stored('o1');
    await harness.store.txn(
      [],
      [
        { put: keys.change(change), value: changed?.value },
        { put: now?.key ?? '', value: now?.value },
      ],
    );
    expect((await failure(operator.policies.rollback({ change }))).code).toBe('FAILED_PRECONDITION');
    expect((await operator.policies.rollback({ change, detach: true })).results[0]?.action).toBe('deleted');
  });

  it('knows only real changes, and wants one way of the two', async () => {
    expect((await failure(operator.policies.rollback({ change: 'abc' }))).code).toBe('NOT_FOUND');
    expect((await failure(operator.policies.rollback({ change: '../x' }))).code).toBe('INVALID_ARGUMENT');
    const both = operator.policies.rollback({ change: 'abc', policy: ref('a1'), to: 1 });
    expect((await failure(both)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('apply --confirm', () => {
  it('holds what is confirmed, whoever asks twice', async () => {
    const applied = await operator.policies.apply({ text: texts(80, 'k1'), confirmSeconds: 60 });
    expect(Date.parse(applied.confirmUntil)).toBeGreaterThan(Date.now() + 30_000);
    const checks = async () =>
      (await operator.cluster.status({})).checks.filter((c) => c.name === 'confirmation');
    await until(async () => (await checks()).length === 1, 'status tells it');
    expect((await checks())[0]?.message).toContain(applied.change);
    const { change } = applied;
    expect((await other.policies.confirm({ change })).results[0]).toMatchObject({ action: 'created' });
    await other.policies.confirm({ change });
    expect(await harness.store.get(keys.pending(change))).toBeNull();
    await until(async () => (await checks()).length === 0, 'status is silent');
    expect(await one.audit()).toContainEqual(
      expect.objectContaining({ event: 'confirm', user: 'oskar', change }),
    );
  }, 30_000);

  it('takes back what nobody confirms, and says so to who comes late', async () => {
    await operator.policies.apply({ text: texts(80, 'u1') });
    const { change } = await operator.policies.apply({ text: texts(81, 'u1', 'u2'), confirmSeconds: 3 });
    expect(await portOf('u1')).toBe('81');
    await until(gone('u2'), 'it is taken back');
    expect(await portOf('u1')).toBe('80');
    const late = await failure(operator.policies.confirm({ change }));
    expect([late.code, late.message]).toEqual(['FAILED_PRECONDITION', expect.stringContaining('taken back')]);
    const { forms } = await operator.policies.history(ref('u1'));
    expect(forms[0]?.policy?.author).toBe('unconfirmed');
    expect(await one.audit()).toContainEqual(
      expect.objectContaining({ event: 'taken-back', user: 'unconfirmed' }),
    );
  }, 30_000);

  it('leaves what somebody changed since, and tells it', async () => {
    await operator.policies.apply({ text: texts(80, 'l1', 'l2') });
    const { change } = await operator.policies.apply({ text: texts(81, 'l1', 'l2'), confirmSeconds: 4 });
    await other.policies.apply({ text: texts(82, 'l2') });
    await until(async () => (await portOf('l1')) === '80', 'the rest is taken back');
    expect(await portOf('l2')).toBe('82');
    const told = async () =>
      (await operator.cluster.status({})).checks.find(({ message }) => message.includes(change));
    await until(async () => (await told())?.message.includes('shop/l2') === true, 'status tells what stays');
    expect((await told())?.message).toContain('oskar');
    const audit = (await one.audit()).filter(({ event }) => event === 'taken-back');
    expect(audit.some(({ what }) => String(what).startsWith('left: Policy shop/l2'))).toBe(true);
    expect((await failure(operator.policies.confirm({ change }))).code).toBe('FAILED_PRECONDITION');
  }, 30_000);

  it('does not wait for two changes of one policy, and ends with a rollback', async () => {
    const { change } = await operator.policies.apply({ text: texts(80, 'w1'), confirmSeconds: 60 });
    const second = await failure(other.policies.apply({ text: texts(81, 'w1'), confirmSeconds: 60 }));
    expect([second.code, second.message]).toEqual(['FAILED_PRECONDITION', expect.stringContaining(change)]);
    await operator.policies.rollback({ change });
    expect([await stored('w1'), await harness.store.get(keys.pending(change))]).toEqual([null, null]);
  });

  it('refuses times beyond a day, and what asked for no confirmation', async () => {
    const long = operator.policies.apply({ text: texts(80, 'n1'), confirmSeconds: 86_401 });
    expect((await failure(long)).code).toBe('INVALID_ARGUMENT');
    const { change, confirmUntil } = await operator.policies.apply({ text: texts(80, 'n1') });
    expect(confirmUntil).toBe('');
    expect((await failure(operator.policies.confirm({ change }))).code).toBe('FAILED_PRECONDITION');
    const same = await operator.policies.apply({ text: texts(80, 'n1'), confirmSeconds: 1 });
    expect([same.change, same.confirmUntil]).toEqual(['', '']);
  });

  it('is done by another replica when the one that took the apply is dead', async () => {
    const doomed = await harness.replica();
    const clients = harness.connect(doomed, tls);
    const { change } = await clients.policies.apply({ text: texts(80, 'f1'), confirmSeconds: 8 });
    await doomed.plane.stop();
    await until(gone('f1'), 'the other replica takes it back');
    expect(await one.audit()).toContainEqual(
      expect.objectContaining({ event: 'taken-back', what: 'deleted Policy shop/f1' }),
    );
    expect(await harness.store.get<PendingValue>(keys.pending(change))).toBeNull();
  }, 30_000);
});

describe('all control planes dead at the deadline', () => {
  it('the change is taken back when one is there again', async () => {
    const own = await Harness.start();
    try {
      const first = await own.replica();
      const clients = own.connect(first, await own.user('operator', 'olga'));
      const { confirmUntil } = await clients.policies.apply({ text: texts(80, 'x1'), confirmSeconds: 6 });
      await first.plane.stop();
      const key = keys.policy('Policy', 'shop', 'x1');
      await until(() => Date.now() > Date.parse(confirmUntil), 'the deadline');
      expect(await own.store.get(key)).not.toBeNull();
      await own.replica();
      await until(async () => (await own.store.get(key)) === null, 'it is taken back');
    } finally {
      await own[Symbol.asyncDispose]();
    }
  }, 60_000);
});

describe('suspension', () => {
  const settings = async () => (await harness.store.get<SettingsValue>(keys.settings()))?.value;
  const checks = async () =>
    (await operator.cluster.status({})).checks.filter(({ name }) => name === 'suspension');

  it('is written with its end, told by status, kept by other settings, and ended by resume', async () => {
    const before = await settings();
    const { until: end } = await admin.policies.suspend({ seconds: 600, reason: 'fire' });
    expect(await settings()).toEqual({ ...before, suspended: { until: end, by: 'ada', reason: 'fire' } });
    await until(async () => (await checks()).length === 1, 'status tells it');
    expect((await checks())[0]).toMatchObject({ level: 'warning', message: expect.stringContaining('fire') });
    await admin.cluster.putSettings({ mode: 'default' });
    expect(await settings()).toMatchObject({ mode: 'default', suspended: { until: end } });
    await admin.cluster.putSettings({ mode: 'always' });
    expect(await admin.policies.resume({})).toMatchObject({ until: '' });
    expect((await settings())?.suspended ?? null).toBeNull();
    await until(async () => (await checks()).length === 0, 'status is silent');
    const events = (await one.audit()).map(({ event, user }) => `${String(event)} ${String(user)}`);
    expect(events).toEqual(expect.arrayContaining(['suspend ada', 'resume ada']));
  }, 30_000);

  it('is removed when it is over', async () => {
    await admin.policies.suspend({ seconds: 3 });
    expect((await settings())?.suspended).not.toBeNull();
    await until(async () => ((await settings())?.suspended ?? null) === null, 'it is removed');
    expect(await one.audit()).toContainEqual(expect.objectContaining({ event: 'suspension-ended' }));
  }, 30_000);

  it('is for admins, between a second and a day', async () => {
    expect((await failure(operator.policies.suspend({ seconds: 10 }))).code).toBe('PERMISSION_DENIED');
    expect((await failure(operator.policies.resume({}))).code).toBe('PERMISSION_DENIED');
    for (const seconds of [0, 86_401])
      expect((await failure(admin.policies.suspend({ seconds }))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('conflicts', () => {
  it('name who changed the policy and when', async () => {
    const { revision } = await operator.policies.apply({ text: texts(80, 'm1') });
    await other.policies.apply({ text: texts(81, 'm1') });
    const ifMatch = [{ policy: ref('m1'), revision: revision?.revision ?? 0 }];
    const refused = await failure(operator.policies.apply({ text: texts(82, 'm1'), ifMatch }));
    expect([refused.code, refused.message]).toEqual(['ABORTED', expect.stringMatching(/\(oskar, 20\d\d-/)]);
  });
});

describe('diff', () => {
  it('compares kept forms, the live one, documents, and none', async () => {
    const first = await operator.policies.apply({ text: texts(80, 'v1') });
    const second = await operator.policies.apply({ text: texts(81, 'v1') });
    const [from, to] = [first.revision?.revision ?? 0, second.revision?.revision ?? 0];
    const path = '$.spec.ingress[0].toPorts[0].ports[0].port';
    const field = (before: string, after: string) => [{ path, before, after }];
    const viewer = harness.connect(one, await harness.user('viewer'));
    const newest = await viewer.policies.diff({ policy: ref('v1') });
    expect(newest).toEqual({
      from: `revision ${from}`,
      to: `revision ${to} (live)`,
      fields: field('"80"', '"81"'),
    });
    const back = await viewer.policies.diff({ policy: ref('v1'), from: to, to: from });
    expect(back.fields).toEqual(field('"81"', '"80"'));
    const given = await viewer.policies.diff({ policy: ref('v1'), text: texts(83, 'other', 'v1') });
    expect(given).toMatchObject({ from: `revision ${to} (live)`, fields: field('"81"', '"83"') });
    const created = await viewer.policies.diff({ policy: ref('v1'), to: from });
    expect([created.from, created.fields.every(({ before }) => before === '')]).toEqual(['absent', true]);
    await operator.policies.delete({ policies: [ref('v1')] });
    const deleted = await viewer.policies.diff({ policy: ref('v1') });
    expect([deleted.from, deleted.to]).toEqual([`revision ${to}`, 'absent']);
    const anew = await viewer.policies.diff({ policy: ref('never'), text: texts(80, 'never') });
    expect(anew.from).toBe('absent');
  });

  it('refuses what is not there and what is wrong', async () => {
    await operator.policies.apply({ text: texts(80, 'v2') });
    const code = async (request: Parameters<Clients['policies']['diff']>[0]) =>
      (await failure(operator.policies.diff(request))).code;
    expect(await code({ policy: ref('never') })).toBe('NOT_FOUND');
    expect(await code({ policy: ref('v2'), from: 1 })).toBe('NOT_FOUND');
    expect(await code({ policy: ref('v2'), text: texts(80, 'v3') })).toBe('INVALID_ARGUMENT');
    expect(await code({ policy: ref('v2'), text: 'kind: Polcy' })).toBe('INVALID_ARGUMENT');
    expect(await code({ policy: ref('v2'), text: texts(80, 'v2'), to: 1 })).toBe('INVALID_ARGUMENT');
  });
});

describe('REST', () => {
  it('has diff, confirmation, rollback of a change, and suspension', async () => {
    const yaml = { 'content-type': 'text/yaml' };
    const json = { 'content-type': 'application/json' };
    const call = (method: string, path: string, body?: string, headers = {}) =>
      harness.call(one, method, path, tls, body, headers);
    const apply = async (port: number, query: string) =>
      (await call('POST', `/v1/policies${query}`, texts(port, 'r1'), yaml)).json<{
        change: string;
        confirmUntil?: string;
      }>();
    const first = await apply(80, '?confirm=60');
    expect(Date.parse(first.confirmUntil ?? '')).toBeGreaterThan(Date.now());
    expect((await call('POST', `/v1/changes/${first.change}/confirm`)).status).toBe(200);
    const { change } = await apply(81, '');
    const path = '/v1/policies/Policy/shop/r1/diff';
    const fields = (await call('GET', path)).json<{ fields: unknown[] }>().fields;
    expect(fields).toEqual([expect.objectContaining({ before: '"80"', after: '"81"' })]);
    const document = (await stored('r1'))?.value.document;
    const same = await call('POST', path, JSON.stringify(document), json);
    expect([same.status, same.json<{ fields?: unknown[] }>().fields ?? []]).toEqual([200, []]);
    expect((await call('POST', `/v1/changes/${change}/rollback`)).status).toBe(200);
    expect(await portOf('r1')).toBe('80');
    expect((await call('POST', `/v1/changes/${change}/rollback`)).status).toBe(409);
    const ada = await harness.user('admin', 'ada');
    const put = await harness.call(one, 'PUT', '/v1/suspension', ada, '{"seconds":60,"reason":"x"}', json);
    expect([put.status, put.json()['by']]).toEqual([200, 'ada']);
    expect((await call('DELETE', '/v1/suspension')).status).toBe(403);
    expect((await harness.call(one, 'DELETE', '/v1/suspension', ada)).status).toBe(200);
    expect((await harness.call(one, 'PUT', '/v1/suspension', ada, '{"seconds":0}', json)).status).toBe(400);
    const { paths } = (await harness.get(one, '/openapi.json', tls)).json<{
      paths: Record<string, object>;
    }>();
    const found = ['/v1/changes/{id}/confirm', '/v1/changes/{id}/rollback', '/v1/suspension'].map((path) =>
      Object.keys(paths[path] ?? {}).join(),
    );
    expect(found).toEqual(['post', 'post', 'put,delete']);
    expect(Object.keys(paths['/v1/policies/{kind}/{scope}/{name}/diff'] ?? {})).toEqual(['get', 'post']);
  });
});
