import { parseDocuments, validateDocument, type DocumentError } from './index.js';

const HEAD = 'apiVersion: sluice.dev/v1\nkind: Policy\nmetadata: {name: a}\n';
const withSpec = (spec: string) => `${HEAD}spec:\n  endpointSelector: {}\n${spec}`;
const errorsOf = (text: string): readonly DocumentError[] => parseDocuments(text).errors;
const first = (text: string) => {
  const [error] = errorsOf(text);
  return error && `${error.line}:${error.column} ${error.path}: ${error.message}`;
};
const ingress = (rule: string) => withSpec(`  ingress:\n  - ${rule}\n`);
const port = (fields: string) => ingress(`toPorts: [{ports: [{${fields}}]}]`);

describe('sound documents', () => {
  it('reads several, YAML and JSON, and names them', () => {
    const text = `${withSpec('')}---\n# nothing\n---\n{"apiVersion":"cilium.io/v2","kind":"CiliumClusterwideNetworkPolicy","metadata":{"name":"b"},"specs":[{"endpointSelector":{}}]}\n`;
    const { documents, errors, file } = parseDocuments(text, 'x.yaml');
    expect(errors).toEqual([]);
    expect(file).toBe('x.yaml');
    expect(documents.map((d) => [d.kind, d.scope, d.name, d.line])).toEqual([
      ['Policy', 'default', 'a', 1],
      ['CiliumClusterwideNetworkPolicy', '_cluster', 'b', 9],
    ]);
  });

  it.each(['{port: "0"}', '{port: 80, protocol: tcp}', '{port: 80, endPort: 80}', '{port: "1", endPort: 65535, protocol: SCTP}', '{port: 80, endPort: 0}'])(
    'accepts port %s',
    (fields) => {
      expect(errorsOf(port(fields.slice(1, -1)))).toEqual([]);
    },
  ); // prettier-ignore

  it('accepts what a Kubernetes server adds', () => {
    const text =
      'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a, namespace: b, uid: x, resourceVersion: "1"}\nspec: {endpointSelector: {}}\nstatus: {}\n';
    expect(errorsOf(text)).toEqual([]);
  });
});

describe('mistakes', () => {
  it.each<[string, string, string]>([
    ['port out of range', port('port: 65536'), '7:31 $.spec.ingress[0].toPorts[0].ports[0].port: port 65536 is out of range'],
    ['negative port', port('port: -1'), '7:31 $.spec.ingress[0].toPorts[0].ports[0].port: port -1 is out of range'],
    ['reversed range', port('port: 90, endPort: 80'), '7:44 $.spec.ingress[0].toPorts[0].ports[0].endPort: the range 90-80 is reversed'],
    ['range from 0', port('port: 0, endPort: 80'), '7:43 $.spec.ingress[0].toPorts[0].ports[0].endPort: a range cannot begin at port 0, which means any port'],
    ['unknown protocol', port('port: 1, protocol: TPC'), '7:44 $.spec.ingress[0].toPorts[0].ports[0].protocol: unknown protocol "TPC"'],
    ['missing port', port('protocol: TCP'), '7:24 $.spec.ingress[0].toPorts[0].ports[0]: port is missing'],
    ['two kinds of peers', ingress('{fromCIDR: [198.18.0.0/15], fromEntities: [all]}'), '7:6 $.spec.ingress[0].fromCIDR: fromEntities and fromCIDR cannot stand in one rule'],
    ['exception outside', ingress('fromCIDRSet: [{cidr: 198.18.0.0/15, except: [10.0.0.0/8]}]'), '7:50 $.spec.ingress[0].fromCIDRSet[0].except[0]: 10.0.0.0/8 is not inside 198.18.0.0/15'],
    ['layer 7', ingress('toPorts: [{ports: [{port: 80}], rules: {http: [{}]}}]'), '7:37 $.spec.ingress[0].toPorts[0].rules: needs the layer-7 engine, which this version does not have'],
    ['subject elsewhere', `${HEAD}spec: {endpointSelector: {matchLabels: {"io.kubernetes.pod.namespace": other}}}`, '4:72 $.spec.endpointSelector.matchLabels["io.kubernetes.pod.namespace"]: the subject of a namespaced policy is in its own namespace default'],
    ['a tag that is not YAML’s own', port('port: !!js/function "x"'), '7:31 $: Unresolved tag: tag:yaml.org,2002:js/function'],
    ['duplicate key', `${HEAD}spec: {endpointSelector: {}, endpointSelector: {}}`, '4:30 $: the field "endpointSelector" stands twice in one mapping'],
    ['unknown version', 'apiVersion: cilium.io/v3\nkind: CiliumNetworkPolicy', '1:13 $.apiVersion: unknown version "cilium.io/v3" of CiliumNetworkPolicy'],
    ['no mapping', '- a', '1:1 $: a document must be a mapping, not a list'],
  ])('%s', (_name, text, expected) => {
    expect(first(text)).toBe(expected);
  }); // prettier-ignore

  it('suggests the field that was meant, and tells all mistakes at once', () => {
    const errors = errorsOf(
      withSpec('  ingres:\n  - {}\n  egress:\n  - toEntites: [wrld]\n  - toEntities: [wrld]\n'),
    );
    expect(errors.map((e) => [e.path, e.line, e.hint])).toEqual([
      ['$.spec.ingres', 6, 'did you mean ingress?'],
      ['$.spec.egress[0].toEntites', 9, 'did you mean toEntities?'],
      ['$.spec.egress[1].toEntities[0]', 10, expect.stringContaining('allowed are')],
    ]);
  });

  it.each(['nodeSelector', 'log', 'tier', 'rules'])('refuses %s by name', (field) => {
    expect(errorsOf(withSpec(`  ${field}: {}\n`)).map((e) => e.message)).toEqual([
      `${field} is not supported by this version`,
    ]);
  });

  it.each(['p0', 'CiliumNetworkPolicy/p0', 'NetworkPolicy/web'])(
    'takes replaces: %s of a staged policy',
    (name) => expect(errorsOf(withSpec(`  enforcement: audit\n  replaces: ${name}\n`))).toEqual([]),
  );
  it.each([
    ['  replaces: web\n', 'only a staged policy replaces another'],
    [
      '  enforcement: audit\n  replaces: ClusterPolicy/web\n',
      '"ClusterPolicy" is no kind that a Policy can replace',
    ],
    ['  enforcement: audit\n  replaces: shop/Policy/web\n', '"shop" is no kind that a Policy can replace'],
    ['  enforcement: audit\n  replaces: Web\n', '"Web" is no name of a policy'],
    ['  enforcement: audit\n  replaces: a\n', 'a policy cannot replace itself'],
    ['  enforcement: audit\n  replaces: [web]\n', 'must be a text, not a list'],
  ])('refuses %j', (fields, message) =>
    expect(errorsOf(withSpec(fields)).map((e) => e.message)).toEqual([message]),
  );

  it.each(['2026-12-31T18:00:00Z', '2026-12-31t18:00:00.5+01:00', '"2028-02-29T00:00:00Z"', 'null'])(
    'takes expires: %s',
    (time) => expect(errorsOf(withSpec(`  expires: ${time}\n`))).toEqual([]),
  );
  it.each([
    '2026-12-31',
    'tomorrow',
    '2026-02-30T00:00:00Z',
    '2026-12-31T18:00:00',
    '2026-12-31T25:00:00Z',
    '20261231',
    '{}',
  ])('refuses expires: %s', (time) =>
    expect(errorsOf(withSpec(`  expires: ${time}\n`)).map((e) => e.path)).toEqual(['$.spec.expires']),
  );

  it.each(['fromRequires', 'fromGroups'])('refuses %s in a rule by name', (field) => {
    expect(errorsOf(ingress(`${field}: []`)).map((e) => e.message)).toEqual([
      `${field} is not supported by this version`,
    ]);
  });

  it.each([
    ['apiVersion'], ['kind'], ['metadata'], ['metadata', 'name'], ['metadata', 'namespace'], ['metadata', 'labels'], ['spec'], ['spec', 'description'],
    ['spec', 'endpointSelector'], ['spec', 'ingress'], ['spec', 'egressDeny'], ['spec', 'enableDefaultDeny'],
  ])('a wrong type at %j %j is told with its path', (...path: string[]) => {
    for (const wrong of [7, true, [{}, 1], 'A b']) {
      if (path.at(-1) === 'description' && wrong === 'A b') continue;
      const document: Record<string, unknown> = { apiVersion: 'sluice.dev/v1', kind: 'Policy', metadata: { name: 'a' }, spec: { endpointSelector: {} } };
      const parent = path.length > 1 ? (document[path[0] ?? ''] as Record<string, unknown>) : document;
      parent[path.at(-1) ?? ''] = wrong;
      const { document: sound, errors } = validateDocument(document);
      expect(sound).toBeNull();
      expect(errors.some((e) => e.path.startsWith(`$.${path.join('.')}`))).toBe(true);
      expect(errors.every((e) => e.line === null)).toBe(true);
    }
  }); // prettier-ignore

  it('refuses the same policy twice in a file', () => {
    expect(errorsOf(`${withSpec('')}---\n${withSpec('')}`)[0]?.message).toBe(
      'Policy/default/a stands twice in the file',
    );
  });
});

describe('hostile text is refused in bounded time', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghi'[i]}`).join()}]`)].join('\n'); // prettier-ignore
  it.each<[string, string, RegExp]>([
    ['aliases that multiply', bomb, /aliases/],
    ['10 MB', `${HEAD}spec: {description: "${'x'.repeat(10_000_000)}"}`, /at most 1048576/],
    ['deep flow', '['.repeat(500_000), /nested/],
    ['deep flow over lines', '[\n'.repeat(100_000), /nested|deep/],
    [
      'deep block',
      Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /nested|unknown|missing/,
    ],
    ['many documents', `${withSpec('')}---\n`.repeat(1001), /more than 1000 documents/],
    [
      '50,000 keys',
      `${HEAD}spec: {${Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join()}}`,
      /unknown field/,
    ],
    ['not YAML', 'a: b: c: [', /./],
    ['a NUL', withSpec('  description: "a\0b"\n'), /U\+0000/],
    ['half a character', withSpec('  description: "\ud800"\n'), /U\+D800/],
  ])('%s', (_name, text, message) => {
    const start = performance.now();
    const { errors, documents } = parseDocuments(text);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThanOrEqual(200);
    expect(errors[0]?.message).toMatch(message);
    expect(documents.length === 0 || errors.length > 0).toBe(true);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
