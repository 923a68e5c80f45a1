import { derivedLabels, makeLabels } from '@sluice/labels';
import { normalise } from '../normal/normalise.js';
import { lintFiles, lintSteps, lintTexts, liveSteps, specsOf, type ShownFinding } from './index.js';

const short = (f: ShownFinding) => `${f.at.line} ${f.level} ${f.code} ${f.rule}`.trim();
const lint = (text: string) => lintFiles([{ text, file: 'f.yaml' }]);
const policy = (spec: string, name = 'p', kind = 'Policy') =>
  `apiVersion: sluice.dev/v1\nkind: ${kind}\nmetadata: { name: ${name}${kind === 'Policy' ? ', namespace: shop' : ''} }\nspec:\n${spec}`;

describe('lint of files', () => {
  it('is silent about sound policies', () => {
    expect(lint(policy(`  endpointSelector: { matchLabels: { app: db } }
  ingress:
    - fromEndpoints: [{ matchLabels: { app: web } }]
      toPorts: [{ ports: [{ port: '5432', protocol: TCP }] }]
  egress: [{}]
`))).toEqual([]);
  }); // prettier-ignore

  it('tells each oddity at its line', () => {
    const findings = lint(policy(`  endpointSelector: { matchLabels: { app: db } }
  ingress:
    - fromEndpoints:
        - matchLabels: { app: web }
          matchExpressions: [{ key: k8s:tier, operator: In, values: [a] }, { key: k8s:tier, operator: NotIn, values: [a] }]
    - fromEndpoints: []
    - fromEntities: [world-ipv4]
    - fromCIDR: ['fd00:198::1']
      toPorts: [{ ports: [{ port: '0', protocol: tcp }, { port: '0x50' }, { port: web }] }]
  egress: []
`)); // prettier-ignore
    expect(findings.map(short)).toEqual([
      '14 warning empty-list',
      '7 error contradictory-selector ingress[0]',
      '10 warning selects-nobody ingress[1]',
      '11 warning world-open ingress[2]',
      '12 info deprecated-spelling ingress[3]',
      '13 info port-zero ingress[3]',
      '13 info deprecated-spelling ingress[3]',
      '13 info odd-port-name ingress[3]',
    ]);
    expect(findings[1]?.at).toMatchObject({ file: 'f.yaml', document: 0, path: '$.spec.ingress[0]' });
    expect(findings[1]?.message).toBe(
      'a selector of peers contradicts itself about tier: it selects nothing',
    );
  });

  it('finds shadowed rules over documents and tiers, and says by whom', () => {
    const allow = (port: string) => `  endpointSelector: { matchLabels: { app: db, tier: back } }
  ingress:
    - fromEndpoints: [{ matchLabels: { app: web, tier: front } }]
      toPorts: [{ ports: [{ port: '${port}', protocol: TCP }] }]
`;
    const deny = `  endpointSelector: { matchLabels: { app: db } }
  ingressDeny:
    - fromEndpoints: [{ matchLabels: { app: web } }]
      toPorts: [{ ports: [{ port: '1', endPort: 100, protocol: TCP }, { port: '101', endPort: 200, protocol: TCP }] }]
`;
    const of = (port: string) => lint([policy(allow(port), 'a'), policy(deny, 'b')].join('---\n'));
    expect(of('100').map(short)).toEqual(['7 warning shadowed-rule ingress[0]']);
    expect(of('100')[0]?.message).toBe(
      'the rule can never decide: Policy/shop/b ingressDeny[0] deny all of it first',
    );
    expect(of('201')).toEqual([]);
    const admin = `  tier: admin
  priority: 5
  endpointSelector: { matchLabels: { app: db } }
  rules:
    - { direction: ingress, action: accept, fromEntities: [cluster] }
    - { direction: ingress, action: deny, fromEndpoints: [{}] }
`;
    const tiers = lint([policy(allow('80'), 'a'), policy(admin, 'b', 'ClusterPolicy')].join('---\n'));
    expect(tiers.map(short)).toEqual([
      '19 warning shadowed-rule rules[1]',
      '7 info shadowed-rule ingress[0]',
    ]);
  });

  it('does not take a rule behind a pass for one that comes first', () => {
    const admin = `  tier: admin
  priority: 5
  endpointSelector: { matchLabels: { app: db } }
  rules:
    - { direction: ingress, action: pass, fromEndpoints: [{ matchLabels: { app: web } }] }
    - { direction: ingress, action: deny, fromEntities: [cluster] }
`;
    const normal = '  endpointSelector: { matchLabels: { app: db } }\n  ingress: [{ fromEndpoints: [{}] }]\n';
    expect(lint([policy(normal), policy(admin, 'b', 'ClusterPolicy')].join('---\n'))).toEqual([]);
  });

  it('knows baseline rules of the isolated, equal priorities and policies of no effect', () => {
    const baseline = (name: string) => policy(`  tier: baseline
  priority: 7
  endpointSelector: { matchLabels: { app: db } }
  rules: [{ direction: egress, action: deny, toEntities: [world] }]
`, name, 'ClusterPolicy'); // prettier-ignore
    const isolating = policy('  endpointSelector: {}\n  egress: [{}]\n', 'i').replace('kind: Policy', 'kind: ClusterPolicy').replace(', namespace: shop', ''); // prettier-ignore
    const findings = lint(
      [baseline('a'), baseline('b'), isolating, policy('  endpointSelector: {}\n', 'n')].join('---\n'),
    );
    expect(findings.map((f) => `${f.code} ${f.policy?.name}`)).toEqual([
      'equal-priority a',
      'shadowed-rule a',
      'equal-priority b',
      'shadowed-rule b',
      'no-effect n',
    ]);
  });

  it('tells refused documents and goes on with the others, also in lists and over files', () => {
    const bad = policy('  endpointSelectr: {}\n', 'x');
    const list = `apiVersion: v1
kind: List
items:
  - apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: { name: a, namespace: shop }
    spec: { podSelector: {}, policyTypes: [Ingress], ingress: [{}] }
  - apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: { name: b, namespace: shop }
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      egress: [{}]
`;
    const findings = lintFiles([{ text: bad, file: 'bad.yaml' }, { text: list, file: 'list.yaml' }, { text: list, file: 'more.yaml' }]); // prettier-ignore
    expect(findings.map((f) => `${f.at.file}:${short(f)}`)).toEqual([
      'bad.yaml:5 error invalid-document',
      'more.yaml:1 error invalid-document',
      'more.yaml:1 error invalid-document',
      'list.yaml:7 warning world-open ingress[0]',
      'list.yaml:14 warning ignored-rules',
    ]);
    expect(lintTexts([{ text: '', file: 'e' }]).inputs).toEqual([]);
  });

  it('takes a second of processor time for 10,000 policies', () => {
    const inputs = Array.from({ length: 10_000 }, (_, i) => {
      const spec = {
        endpointSelector: { matchLabels: { app: `a${i % 2000}` } },
        ingress: [{ fromEndpoints: [{ matchLabels: { app: `b${i}` } }], toPorts: [{ ports: [{ port: String(1 + i), protocol: 'TCP' }] }] }],
      }; // prettier-ignore
      const document = { apiVersion: 'sluice.dev/v1', kind: 'Policy', metadata: { name: `p${i}`, namespace: 'shop' }, spec }; // prettier-ignore
      const stored = { kind: 'Policy', scope: 'shop', name: `p${i}`, uid: String(i), revision: i, document };
      return { stored, form: normalise(stored).policy, told: true };
    });
    const start = process.cpuUsage();
    expect([...lintSteps(inputs)].filter((f) => f !== null)).toEqual([]);
    const { user, system } = process.cpuUsage(start);
    expect(user + system).toBeLessThan(2e6);
  }, 60_000);
});

describe('lint against what there is', () => {
  it('tells of subjects, peers, namespaces, nodes and services that are not there', () => {
    const text = [
      policy('  endpointSelector: { matchLabels: { app: web } }\n  ingress: [{ fromEndpoints: [{ matchLabels: { app: db } }, { matchLabels: { app: gone } }] }]\n', 'a'),
      policy('  endpointSelector: { matchLabels: { app: gone } }\n  ingress: [{}]\n', 'b'),
      policy('  endpointSelector: { matchLabels: { app: web } }\n  ingress: [{ fromEndpoints: [{ matchLabels: { app: db } }] }]\n', 'c').replace('shop', 'nowhere'),
      policy('  nodeSelector: { matchLabels: { role: edge } }\n  ingress: [{ fromNodes: [{ matchLabels: { role: core } }, {}] }]\n', 'd', 'ClusterPolicy'),
      policy('  endpointSelector: { matchLabels: { app: web } }\n  egress: [{ toServices: [{ k8sService: { serviceName: s1, namespace: shop } }, { k8sService: { serviceName: s2, namespace: shop } }] }]\n', 'e'),
      policy('  endpointSelector: { matchLabels: { app: web } }\n  ingress: [{ fromEndpoints: [{ matchLabels: { io.kubernetes.pod.namespace: void } }, { matchLabels: { "reserved:host": "" } }] }]\n', 'f'),
    ].join('---\n'); // prettier-ignore
    const { inputs, refused } = lintTexts([{ text, file: 'f' }]);
    expect(refused).toEqual([]);
    const own = derivedLabels({ namespace: 'shop' });
    const identities = ['web', 'db'].map((app, i) => ({ id: 256 + i, labels: makeLabels([`k8s:app=${app}`, ...own]) })); // prettier-ignore
    const nodes = [{ name: 'n1', labels: makeLabels(['k8s:role=edge']), local: true, identity: 1 }];
    const services = [{ scope: 'shop', name: 's1', labels: [], selector: null, backends: [] }];
    const findings = [...liveSteps(specsOf(inputs), { identities, nodes, services })].filter(
      (f) => f !== null,
    );
    expect(findings.map((f) => `${f.policy?.name} ${f.code} ${f.rule}: ${f.message}`)).toEqual([
      'a selects-nothing ingress[0]: a selector of peers meets no identity',
      'b selects-nothing : the policy selects no workload',
      'c unknown-namespace : there is no workload in namespace nowhere',
      'd selects-nothing ingress[0]: a selector of nodes meets no node',
      'e missing-service egress[0]: there is no service shop/s2',
      'f unknown-namespace ingress[0]: a selector of peers names namespace void, in which there is no workload',
    ]);
  });
});
