import { Harness } from './harness.js';

describe('smoke', () => {
  it('applies', async () => {
    await using harness = await Harness.start();
    const t0 = performance.now();
    const replica = await harness.replica();
    console.log('start', performance.now() - t0);
    const operator = harness.connect(replica, await harness.user('operator', 'olga'));
    const text = JSON.stringify({ kind: 'Policy', metadata: { name: 'x' }, spec: {} });
    console.log(JSON.stringify(await operator.policies.apply({ text })));
    console.log(JSON.stringify(await operator.policies.apply({ text })));
    console.log(JSON.stringify(await operator.policies.list({})));
    console.log(JSON.stringify(await operator.cluster.status({})));
    const r = await harness.get(replica, '/v1/policies/Policy/default/x', await harness.user('viewer'));
    console.log(r.status, r.headers, r.text);
    console.log((await harness.get(replica, '/metrics', await harness.user('viewer'))).text);
    console.log(
      (await harness.get(replica, '/openapi.json', await harness.user('viewer'))).text.slice(0, 500),
    );
    console.log(await replica.audit());
    await expect(
      harness.connect(replica, await harness.user('viewer')).policies.apply({ text }),
    ).rejects.toThrow(/role/);
  }, 60000);
});
