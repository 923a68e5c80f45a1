import type { ApiError, Clients } from '@sluice/api';
import { keys, type ChangeValue, type HistoryValue, type PolicyValue } from '@sluice/store';
import { Harness, policyYaml, until, type Replica } from './harness.js';

let harness: Harness;
let replicas: Replica[];
let clients: Clients[];

beforeAll(async () => {
  harness = await Harness.start();
  replicas = [await harness.replica(), await harness.replica()];
  const tls = await harness.user('operator', 'olga');
  clients = replicas.map((replica) => harness.connect(replica, tls));
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const key = (name: string) => keys.policy('Policy', 'shop', name);
const stored = (name: string) => harness.store.get<PolicyValue>(key(name));
const history = (name: string) => harness.store.list<HistoryValue>(keys.historyOf('Policy', 'shop', name));
const at = (n: number): Clients => clients[n % clients.length] as Clients;
const audits = async (event: string) =>
  (await Promise.all(replicas.map((replica) => replica.audit())))
    .flat()
    .filter((line) => line['event'] === event);

/** A policy as it stands in the store, that ends in a while. */
const ending = (name: string, ms: number, more: Partial<PolicyValue> = {}): PolicyValue => ({
  uid: `u-${name}`,
  document: {
    apiVersion: 'sluice.dev/v1',
    kind: 'Policy',
    metadata: { name, namespace: 'shop' },
    spec: { endpointSelector: {}, ingress: [{}], expires: new Date(Date.now() + ms).toISOString() },
  },
  author: 'olga',
  time: new Date().toISOString(),
  change: 'c-1',
  owner: 'api',
  ...more,
});

describe('two replicas at a deadline', () => {
  it('confirmation and deadline race: what is confirmed stays, all else is taken back', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `race-${n}`);
    const outcomes = names.map(async (name, n) => {
      const { change, confirmUntil } = await at(n).policies.apply({
        text: policyYaml(name),
        confirmSeconds: 1,
      });
      // From 30 ms before the deadline to 25 ms after it.
      const when = Date.parse(confirmUntil) + (n - 6) * 5;
      await until(() => Date.now() >= when, 'its moment');
      const confirmed = await at(n + 1)
        .policies.confirm({ change })
        .then(
          () => true,
          (error: unknown) => {
            expect(['FAILED_PRECONDITION', 'ABORTED']).toContain((error as ApiError).code);
            return false;
          },
        );
      await until(
        async () => (await harness.store.get(keys.pending(change))) === null,
        'nothing waits any more',
      );
      const ended = (await harness.store.get<ChangeValue>(keys.change(change)))?.value.ended?.how;
      expect([ended, (await stored(name)) !== null]).toEqual(
        confirmed ? ['confirmed', true] : ['taken-back', false],
      );
      return confirmed;
    });
    const confirmed = await Promise.all(outcomes);
    const taken = await audits('taken-back');
    expect(taken).toHaveLength(confirmed.filter((one) => !one).length);
  }, 30_000);

  it('a policy ends at its time, once, and leaves its form in history', async () => {
    const names = ['end-1', 'end-2', 'end-3'];
    for (const name of names) await harness.store.put(key(name), ending(name, 700));
    await harness.store.put(key('stays'), ending('stays', 600_000));
    for (const name of names) await until(async () => (await stored(name)) === null, `${name} has ended`);
    for (const name of names) {
      const { entries } = await history(name);
      expect(entries).toHaveLength(1);
      expect(entries[0]?.value).toMatchObject({
        action: 'delete',
        author: 'expires',
        previous: { uid: `u-${name}` },
      });
    }
    expect(await stored('stays')).not.toBeNull();
    const lines = (await audits('expired')).map(({ what }) => String(what)).sort();
    expect(lines).toEqual(names.map((name) => `deleted Policy shop/${name}`));
  }, 30_000);

  it('a policy of any owner and tier ends, one that is prolonged does not', async () => {
    await harness.store.put(key('owned'), ending('owned', 500, { owner: 'directory' }));
    await harness.store.put(key('longer'), ending('longer', 3_000));
    await harness.store.put(key('longer'), ending('longer', 600_000));
    const first = Date.now() + 3_500;
    await until(async () => (await stored('owned')) === null, 'it has ended');
    const late = ending('late', -60_000);
    await harness.store.put(key('late'), late);
    await until(async () => (await stored('late')) === null, 'what is over already ends at once');
    await until(() => Date.now() > first, 'the first time of the one that was prolonged');
    expect(await stored('longer')).not.toBeNull();
  }, 30_000);

  it('an apply, a rollback and a change back refuse what is over', async () => {
    const text = (name: string, ms: number) =>
      `${policyYaml(name)}  expires: ${new Date(Date.now() + ms).toISOString()}\n`;
    const failure = (call: Promise<unknown>) =>
      call.then(
        () => Promise.reject(new Error('it was not refused')),
        (error: unknown) => error as ApiError,
      );
    const past = await failure(at(0).policies.apply({ text: text('past', -1_000), file: 'past.yaml' }));
    expect(past).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(past.problems[0]).toMatchObject({ path: '$.spec.expires', file: 'past.yaml' });
    const dry = await at(0).policies.validate({ text: text('past', -1_000) });
    expect(dry.problems).toHaveLength(1);
    const first = await at(0).policies.apply({ text: text('once', 3_000) });
    await until(async () => (await stored('once')) === null, 'it has ended');
    const policy = { kind: 'Policy', scope: 'shop', name: 'once' };
    const { forms } = await at(0).policies.history(policy);
    expect(forms[0]).toMatchObject({ ended: 'deleted', endedBy: 'expires', policy: { author: 'olga' } });
    const back = await failure(at(0).policies.rollback({ policy, to: first.revision?.revision ?? 0 }));
    expect([back.code, back.message]).toEqual([
      'INVALID_ARGUMENT',
      expect.stringContaining('has ended already'),
    ]);
    const change = await failure(at(0).policies.rollback({ change: forms[0]?.endedChange ?? '' }));
    expect([change.code, change.message]).toEqual([
      'INVALID_ARGUMENT',
      expect.stringContaining('not accepted any more'),
    ]);
    expect(await stored('once')).toBeNull();
  }, 30_000);
});
