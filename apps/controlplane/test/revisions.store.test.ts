import type { ApiError, Clients, TlsPems } from '@sluice/api';
import { keys, type PolicyValue } from '@sluice/store';
import { Harness, policyYaml, type Replica } from './harness.js';

const ref = (name: string) => ({ kind: 'Policy', scope: 'shop', name });

let harness: Harness;
let replica: Replica;
let tls: TlsPems;
let operator: Clients;

beforeAll(async () => {
  harness = await Harness.start();
  replica = await harness.replica();
  tls = await harness.user('operator', 'olga');
  operator = harness.connect(replica, tls);
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const failure = (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => error as ApiError,
  );
async function apply(name: string, port: number) {
  const { revision, change } = await operator.policies.apply({ text: policyYaml(name, port) });
  return { revision: revision?.revision ?? 0, change };
}
const documentOf = async (name: string) => (await operator.policies.get(ref(name))).documentJson;

describe('history', () => {
  it('has each form with who, when and which change, and how it ended', async () => {
    const first = await apply('told', 80);
    const second = await apply('told', 81);
    const gone = await operator.policies.delete({ policies: [ref('told')] });
    const third = await apply('told', 82);
    const { forms } = await operator.policies.history(ref('told'));
    expect(forms.map(({ policy, ended, endedRevision }) => [policy?.revision, ended, endedRevision])).toEqual(
      [
        [third.revision, '', 0],
        [second.revision, 'deleted', gone.revision?.revision],
        [first.revision, 'replaced', second.revision],
      ],
    );
    expect(forms.map(({ policy }) => policy?.change)).toEqual([third.change, second.change, first.change]);
    expect(forms.map(({ endedChange }) => endedChange)).toEqual(['', gone.change, second.change]);
    expect(forms[1]).toMatchObject({ endedBy: 'olga', policy: { author: 'olga' } });
  });

  it('says that it has none', async () => {
    expect((await failure(operator.policies.history(ref('never')))).code).toBe('NOT_FOUND');
    const gap = { ...ref('x'), scope: '' };
    expect((await failure(operator.policies.history(gap))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('rollback', () => {
  it('applies a kept form as a new change, with an audit line', async () => {
    const first = await apply('web', 80);
    const before = await documentOf('web');
    await apply('web', 81);
    const back = await operator.policies.rollback({ policy: ref('web'), to: first.revision });
    expect(back.results[0]?.action).toBe('configured');
    expect(back.change).not.toBe(first.change);
    expect(await documentOf('web')).toBe(before);
    expect((await operator.policies.history(ref('web'))).forms).toHaveLength(3);
    expect(await replica.audit()).toContainEqual(
      expect.objectContaining({ event: 'rollback', user: 'olga', change: back.change }),
    );
  });

  it('brings back what was deleted', async () => {
    const { revision } = await apply('lost', 80);
    await operator.policies.delete({ policies: [ref('lost')] });
    const back = await operator.policies.rollback({ policy: ref('lost'), to: revision });
    expect(back.results[0]?.action).toBe('created');
  });

  it('changes nothing in a dry run, and nothing where the form is the live one', async () => {
    const first = await apply('dry', 80);
    const second = await apply('dry', 81);
    const dry = await operator.policies.rollback({ policy: ref('dry'), to: first.revision, dryRun: true });
    expect(dry.results[0]?.action).toBe('configured');
    const same = await operator.policies.rollback({ policy: ref('dry'), to: second.revision });
    expect(same.results[0]).toMatchObject({ action: 'unchanged', revision: second.revision });
    expect((await operator.policies.get(ref('dry'))).revision).toBe(second.revision);
  });

  it('is in conflict where somebody changed the policy since, and knows only kept forms', async () => {
    const first = await apply('raced', 80);
    await apply('raced', 81);
    const ifMatch = [{ policy: ref('raced'), revision: first.revision }];
    const call = { policy: ref('raced'), to: first.revision, ifMatch };
    expect((await failure(operator.policies.rollback(call))).code).toBe('ABORTED');
    const unknown = await failure(operator.policies.rollback({ policy: ref('raced'), to: 1 }));
    expect(unknown.code).toBe('NOT_FOUND');
    expect((await failure(operator.policies.rollback({ policy: ref('raced') }))).code).toBe(
      'INVALID_ARGUMENT',
    );
  });

  it('leaves what a mirror owns alone, unless it is detached', async () => {
    const first = await apply('mirrored', 80);
    const key = keys.policy('Policy', 'shop', 'mirrored');
    const live = await harness.store.get<PolicyValue>(key);
    if (live === null) throw new Error('it is not there');
    await operator.policies.apply({ text: policyYaml('mirrored', 81) });
    await harness.store.put(key, { ...live.value, owner: 'mirror' });
    const call = { policy: ref('mirrored'), to: first.revision };
    expect((await failure(operator.policies.rollback(call))).code).toBe('FAILED_PRECONDITION');
    // The document is the live one already: only its owner changes.
    const detached = await operator.policies.rollback({ ...call, detach: true });
    expect(detached.results[0]?.action).toBe('configured');
    expect((await harness.store.get<PolicyValue>(key))?.value.owner).toBe('api');
  });

  it('is for operators, history for viewers', async () => {
    const { revision } = await apply('roles', 80);
    const viewer = harness.connect(replica, await harness.user('viewer'));
    expect((await viewer.policies.history(ref('roles'))).forms).toHaveLength(1);
    const call = viewer.policies.rollback({ policy: ref('roles'), to: revision });
    expect((await failure(call)).code).toBe('PERMISSION_DENIED');
  });
});

describe('REST', () => {
  it('has both, with If-Match', async () => {
    const first = await apply('rest', 80);
    await apply('rest', 81);
    const path = '/v1/policies/Policy/shop/rest';
    const history = await harness.get(replica, `${path}/history`, tls);
    const { forms } = history.json<{ forms: { policy: { document: unknown }; ended?: string }[] }>();
    expect(forms.map(({ ended }) => ended ?? '')).toEqual(['', 'replaced']);
    expect(forms[0]?.policy.document).toMatchObject({ metadata: { name: 'rest' } });
    const post = (query: string, headers = {}) =>
      harness.call(replica, 'POST', `${path}/rollback${query}`, tls, undefined, headers);
    const stale = await post(`?to=${first.revision}`, { 'if-match': `"1.${first.revision}"` });
    expect(stale.status).toBe(412);
    expect((await post('')).status).toBe(400);
    const done = await post(`?to=${first.revision}`);
    expect([done.status, done.json<{ results: { action: string }[] }>().results[0]?.action]).toEqual([
      200,
      'configured',
    ]);
    const openApi = (await harness.get(replica, '/openapi.json', tls)).text;
    expect(openApi).toContain('/rollback');
  });
});
