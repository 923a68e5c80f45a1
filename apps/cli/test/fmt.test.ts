import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch, sluice } from './io.js';

const ODD =
  '# why\nkind: Policy\napiVersion: sluice.dev/v1\nmetadata: {name: a}\nspec: {endpointSelector: {}}\n';
const EVEN =
  '# why\napiVersion: sluice.dev/v1\nkind: Policy\nmetadata: { name: a }\nspec: { endpointSelector: {} }\n';
const WRONG = ODD.replace('endpointSelector', 'endpointSelektor');
const NETWORK_POLICY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: np, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress] }
`;

describe('sluice policy fmt', () => {
  const fmt = (...args: string[]) => sluice(['policy', 'fmt', ...args]);

  it('prints the one form, and changes nothing', async () => {
    using dir = scratch();
    const file = join(dir.path, 'a.yaml');
    writeFileSync(file, ODD);
    expect(await fmt(file)).toEqual({ code: 0, out: EVEN, err: '' });
    expect(readFileSync(file, 'utf8')).toBe(ODD);
    expect(await sluice(['policy', 'fmt', '-'], { stdin: ODD })).toMatchObject({ code: 0, out: EVEN });
  });

  it('writes in place, keeps mode and links, and names what it changed', async () => {
    using dir = scratch();
    const [file, link, fine] = ['a.yaml', 'link.yaml', 'fine.yaml'].map((name) => join(dir.path, name)) as [string, string, string]; // prettier-ignore
    writeFileSync(file, ODD);
    chmodSync(file, 0o640);
    symlinkSync('a.yaml', link);
    writeFileSync(fine, EVEN);
    expect(await fmt('--write', link, fine)).toEqual({ code: 0, out: `${link}\n`, err: '' });
    expect(readFileSync(file, 'utf8')).toBe(EVEN);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(statSync(link).isFile()).toBe(true);
    expect(await fmt('-w', link)).toMatchObject({ code: 0, out: '' });
  });

  it('says which files differ, and exits 1', async () => {
    using dir = scratch();
    const [odd, even] = ['odd.yaml', 'even.yaml'].map((name) => join(dir.path, name)) as [string, string];
    writeFileSync(odd, ODD);
    writeFileSync(even, EVEN);
    const { code, out, err } = await fmt('--check', even, odd);
    expect([code, out]).toEqual([1, `${odd}\n`]);
    expect(err).toContain('1 of 2 files');
    expect(await fmt('--check', even)).toMatchObject({ code: 0, out: '' });
  });

  it('writes none where one has a mistake', async () => {
    using dir = scratch();
    const [odd, wrong] = ['odd.yaml', 'wrong.yaml'].map((name) => join(dir.path, name)) as [string, string];
    writeFileSync(odd, ODD);
    writeFileSync(wrong, WRONG);
    const { code, err } = await fmt('--write', odd, wrong);
    expect(code).toBe(2);
    expect(err).toContain('did you mean endpointSelector?');
    expect([readFileSync(odd, 'utf8'), readFileSync(wrong, 'utf8')]).toEqual([ODD, WRONG]);
    expect((await fmt('--write', '-')).code).toBe(2);
    expect((await fmt('--write', '--check', odd)).code).toBe(2);
  });
});

describe('sluice policy convert', () => {
  it('prints native documents, as YAML or JSON', async () => {
    const { code, out } = await sluice(['policy', 'convert', '-'], { stdin: NETWORK_POLICY });
    expect(code).toBe(0);
    expect(out).toBe(
      [
        ...['apiVersion: sluice.dev/v1', 'kind: Policy', 'metadata:', '  name: np', '  namespace: shop', 'spec:'],
        ...['  endpointSelector: {}', '  ingress: []', '  enableDefaultDeny:', '    ingress: true', '    egress: false', ''],
      ].join('\n'),
    ); // prettier-ignore
    const json = await sluice(['policy', 'convert', '-', '-o', 'json'], { stdin: NETWORK_POLICY });
    expect(JSON.parse(json.out)).toMatchObject({ kind: 'Policy', spec: { ingress: [] } });
    expect(await sluice(['policy', 'validate', '-'], { stdin: out })).toMatchObject({ code: 0 });
  });

  it('prints nothing where one document cannot be said, and says which and why', async () => {
    const nodes = `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: c }
spec:
  tier: Admin
  priority: 1
  subject: { namespaces: {} }
  egress: [{ action: Deny, to: [{ nodes: {} }] }]
`;
    const { code, out, err } = await sluice(['policy', 'convert', '-'], {
      stdin: `${NETWORK_POLICY}---\n${nodes}`,
    });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('$.spec.egress[0].to[0].nodes');
    expect(err).toContain('may be the node itself');
  });
});
