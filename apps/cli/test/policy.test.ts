import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch, sluice } from './io.js';

const EXAMPLE = join(import.meta.dirname, '../../../examples/shop.test.yaml');
const HEAD = 'apiVersion: sluice.dev/v1\nkind: PolicyTest\nmetadata: { name: t }\n';
const ONE = `${HEAD}spec:
  workloads: [{ name: a }, { name: b }]
  expect:
    - { from: a, to: b, port: 80, verdict: allow }
    - { from: a, to: b, port: 80, verdict: deny }
`;

describe('sluice policy test', () => {
  it.each(['naive', 'resolver'])('passes the example with engine %s', async (engine) => {
    expect(await sluice(['policy', 'test', EXAMPLE, '--engine', engine])).toEqual({
      code: 0,
      out: '10 passed, 0 failed\n',
      err: '',
    });
  });

  it('passes the example of docs/policy-test.md', async () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/policy-test.md'), 'utf8');
    const stdin = /```yaml\n([^]*?)```/.exec(text)?.[1] ?? '';
    expect(await sluice(['policy', 'test', '-'], { stdin })).toMatchObject({
      code: 0,
      out: '6 passed, 0 failed\n',
    });
  });

  it('ends with 1 and says why where an expectation fails', async () => {
    expect(await sluice(['policy', 'test', '-'], { stdin: ONE })).toEqual({
      code: 1,
      out: 'FAILED t: a -> b 80/TCP: expected allow, got deny\n  egress: deny, default-deny; ingress: deny, default-deny\n1 passed, 1 failed\n',
      err: 'sluice: 1 of 2 expectations failed\n',
    });
  });

  it('prints one array with -o json, in order', async () => {
    const { code, out } = await sluice(['-o', 'json', 'policy', 'test', '-'], { stdin: ONE });
    const side = { verdict: 'deny', policy: null, rule: null, reason: 'default-deny' };
    const base = {
      test: 't',
      from: 'a',
      to: 'b',
      protocol: 'TCP',
      port: 80,
      verdict: 'deny',
      egress: side,
      ingress: side,
    };
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual([
      { ...base, expected: 'allow', passed: false },
      { ...base, expected: 'deny', passed: true },
    ]);
  });

  it('prints JUnit with -o junit', async () => {
    const { code, out } = await sluice(['policy', 'test', '-', '-o', 'junit'], { stdin: ONE });
    expect(code).toBe(1);
    expect(out).toContain('<testsuite name="t" tests="2" failures="1">');
    expect(out).toContain('<testcase classname="t" name="a -&gt; b 80/TCP deny"/>');
    expect(out).toContain('<failure message="expected allow, got deny">');
  });

  it('ends with 2 where the input is wrong: policies refused, files missing, engines unknown', async () => {
    using dir = scratch();
    const test = join(dir.path, 't.yaml');
    writeFileSync(test, `${HEAD}spec: { policies: [p.yaml] }\n`);
    expect(await sluice(['policy', 'test', test])).toMatchObject({ code: 2, out: '' });
    writeFileSync(
      join(dir.path, 'p.yaml'),
      'apiVersion: sluice.dev/v1\nkind: Policy\nmetadata: { name: p }\nspec: { endpointSelectr: {} }\n',
    );
    const refused = await sluice(['policy', 'test', test]);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain('p.yaml:4:');
    expect(await sluice(['policy', 'test', EXAMPLE, '--engine', 'x'])).toMatchObject({ code: 2, out: '' });
  });
});

describe('sluice policy validate', () => {
  it('counts sound policies, and tells every mistake of the others at its place', async () => {
    const shop = join(import.meta.dirname, '../../../examples/shop.yaml');
    expect(await sluice(['policy', 'validate', shop])).toEqual({
      code: 0,
      out: '4 policies are valid\n',
      err: '',
    });
    const bad = await sluice(['policy', 'validate', '-'], {
      stdin:
        'apiVersion: sluice.dev/v1\nkind: Policy\nmetadata: { name: p }\nspec:\n  endpointSelector: {}\n  ingres: []\n',
    });
    expect(bad.code).toBe(2);
    expect(bad.err).toContain('<stdin>:6:3 $.spec.ingres');
  });
});
