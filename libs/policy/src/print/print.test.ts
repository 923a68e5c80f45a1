import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { parseDocuments } from '../documents/parse.js';
import type { PolicyDocument } from '../documents/types.js';
import { Random, randomWorld } from '../testing/worlds.js';
import { canonical, formatText, print } from './index.js';

const documentsOf = (text: string) => {
  const { documents, errors } = parseDocuments(text, '', { needs: 'keep' });
  expect(errors).toEqual([]);
  return documents.map(({ document }) => document);
};
const worldDocuments = (seed: number) => {
  const { policies } = randomWorld(new Random(seed));
  const byName = new Map(
    policies.map((p) => [`${p.kind}/${p.scope}/${p.name}`, p.document as PolicyDocument]),
  );
  return [...byName.values()];
};

describe('printing', () => {
  it.each(['yaml', 'json'] as const)(
    'reads what it has printed as %s, and prints that the same',
    (format) => {
      for (let seed = 0; seed < 400; seed++) {
        const documents = worldDocuments(seed);
        const text = print(documents, format);
        expect(documentsOf(text)).toEqual(documents);
        expect(print(documentsOf(text), format)).toBe(text);
      }
    },
  );

  it('keeps empty and absent apart, and drops what is null', () => {
    const head = { apiVersion: 'sluice.dev/v1', kind: 'Policy', metadata: { name: 'a' } } as const;
    const spec = { endpointSelector: {}, ingress: [], egress: [{ toEndpoints: [] }, {}], ingressDeny: null };
    const [read] = documentsOf(print([{ ...head, spec }], 'yaml'));
    expect(read).toEqual({
      ...head,
      spec: { endpointSelector: {}, ingress: [], egress: [{ toEndpoints: [] }, {}] },
    });
  });

  it('writes any text so that readers of YAML 1.2 and of 1.1 get it back', () => {
    const odd = ['on', 'yes', '012', '0o14', '1_000', '12:30:45', '~', 'null', '0x50', '1e3', '.5', 'a: b', '# c', ' x', '\u0085', '\u2028', 'é', '-', '?', '@', '`', '%', '&a', '*a', '!t', '|', '>', "'", '"', '{', '[', 'a\nb', '\t'];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...odd), fc.string({ unit: 'binary', maxLength: 20 })), (value) => {
        // What is no whole character cannot be in a file.
        fc.pre(value.isWellFormed());
        const document = { apiVersion: 'sluice.dev/v1', kind: 'Policy', metadata: { name: 'a' }, spec: { description: value, endpointSelector: {} } } as const;
        const text = print([document], 'yaml');
        expect(parse(text, { version: '1.2' })).toEqual(document);
        expect(parse(text, { version: '1.1' })).toEqual(document);
      }),
      { numRuns: 2000 },
    );
  }); // prettier-ignore
});

describe('formatting', () => {
  const text = `# The shop's policies.

# web may be asked by anybody
kind:   Policy
apiVersion: sluice.dev/v1
spec:
    ingress:
    - toPorts: # which ports
      - ports:
        - {protocol: TCP, port: "80"} # http
      fromEntities: [ "world" ]
    # whom it is about
    endpointSelector: {matchLabels: {app: 'web'}}
    egress: null
metadata:
    namespace: shop

    name: "web"
---
apiVersion: v1
kind: List
items:
- kind: NetworkPolicy
  apiVersion: networking.k8s.io/v1
  spec: {podSelector: {}}
  metadata: {name: np}
`;
  const wanted = `# The shop's policies.

# web may be asked by anybody
apiVersion: sluice.dev/v1
kind: Policy
metadata:
  name: web
  namespace: shop
spec:
  # whom it is about
  endpointSelector: { matchLabels: { app: web } }
  ingress:
    - fromEntities: [ world ]
      toPorts:
        # which ports
        - ports:
            - { port: "80", protocol: TCP } # http
---
apiVersion: v1
kind: List
items:
  - apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: { name: np }
    spec: { podSelector: {} }
`;

  it('brings fields into order and keeps comments, several documents and lists', () => {
    expect(formatText(text).text).toBe(wanted);
    expect(formatText(wanted).text).toBe(wanted);
  });

  it('changes no meaning of random documents in random order, and nothing that is formatted', () => {
    for (let seed = 0; seed < 300; seed++) {
      const r = new Random(seed);
      const shuffled = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(shuffled);
        if (typeof value !== 'object' || value === null) return value;
        const entries = Object.entries(value).map(([k, v]) => [k, shuffled(v), r.next()] as const);
        return Object.fromEntries([...entries].sort((a, b) => a[2] - b[2]).map(([k, v]) => [k, v]));
      };
      const documents = worldDocuments(seed);
      const mixed = documents.map((d) => shuffled(d) as PolicyDocument);
      const given = mixed.map((d) => JSON.stringify(d)).join('\n---\n');
      const { text: formatted } = formatText(given);
      expect(documentsOf(formatted!).map(canonical)).toEqual(documents.map(canonical));
      expect(formatText(formatted!).text).toBe(formatted);
    }
  });

  it('keeps every comment', () => {
    const lines = wanted.split('\n').map((line, i) => (line === '' || line === '---' ? line : `${line.replace(/ #.*/, '')} # c${i}`));
    const commented = lines.join('\n');
    const comments = (of: string) => [...of.matchAll(/# c\d+/g)].map(([c]) => c).sort();
    const formatted = formatText(commented).text!;
    expect(comments(formatted)).toEqual(comments(commented));
    expect(parseAllDocuments(formatted).length).toBe(2);
  }); // prettier-ignore

  it('formats JSON as JSON, and documents that need more than there is', () => {
    const rules = { http: [{ path: '/', method: 'GET' }] };
    const document = {
      spec: { ingress: [{ toPorts: [{ rules, ports: [{ port: '80' }] }] }], endpointSelector: {} },
      metadata: { name: 'a' },
      kind: 'Policy',
      apiVersion: 'sluice.dev/v1',
    };
    const { text: formatted } = formatText(JSON.stringify(document));
    expect(JSON.parse(formatted!)).toEqual(document);
    expect(formatted).toMatch(/^\{\n {2}"apiVersion": "sluice.dev\/v1",\n {2}"kind": "Policy",/);
  });

  it('tells mistakes, and formats nothing then', () => {
    const { text: none, errors } = formatText('apiVersion: sluice.dev/v1\nkind: Policy\nmetadata: {name: a}\nspec: {endpointSelector: {}, ingres: []}\n');
    expect(none).toBeNull();
    expect(errors).toMatchObject([{ path: '$.spec.ingres', line: 4 }]);
  }); // prettier-ignore
});
