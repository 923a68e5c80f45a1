import { normalise, overlappingNetworks, type StoredPolicy } from './index.js';
import { parseDocuments, validateDocument } from './documents/parse.js';
import { compareSeed } from './testing/compare.js';
import { WORLD_FEATURES } from './testing/features.js';
import { Tally } from './testing/tally.js';

const stored = (kind: string, apiVersion: string, spec: unknown, annotations = {}): StoredPolicy => {
  const cluster = kind.startsWith('Cluster') || kind.includes('wide');
  const document = { apiVersion, kind, metadata: { name: 'a', annotations }, spec };
  return { kind, scope: cluster ? '_cluster' : 'default', name: 'a', uid: 'u', revision: 1, document };
};
const network = (spec: unknown) => stored('NetworkPolicy', 'networking.k8s.io/v1', spec);
const cluster = (spec: object) =>
  stored('ClusterNetworkPolicy', 'policy.networking.k8s.io/v1alpha2', { tier: 'Admin', priority: 1, subject: { namespaces: {} }, ...spec }); // prettier-ignore
const native = (spec: object) => stored('ClusterPolicy', 'sluice.dev/v1', { endpointSelector: {}, ...spec });
const policy = (spec: object) => stored('Policy', 'sluice.dev/v1', { endpointSelector: {}, ...spec });
const errorsOf = (p: StoredPolicy) =>
  validateDocument(p.document).errors.map((e) => `${e.path}: ${e.message}`);

describe('every dialect', () => {
  it.each(WORLD_FEATURES.map((f) => [f]))('%s: the internal form means what the documents say', (feature) => {
    for (let seed = 0; seed < 200; seed++) compareSeed(7_000_000 + seed, [feature], 15, new Tally());
  }, 60_000); // prettier-ignore

  it('all features together', () => {
    for (let seed = 0; seed < 300; seed++) compareSeed(8_000_000 + seed, WORLD_FEATURES, 15, new Tally());
  }, 60_000); // prettier-ignore
});

describe('mistakes', () => {
  const rule = (from: unknown, ports: unknown = []) =>
    network({ podSelector: {}, ingress: [{ from, ports }] });
  const to = (peer: unknown) => cluster({ egress: [{ action: 'Deny', to: [peer] }] });
  it.each<[string, StoredPolicy, string]>([
    ['endPort before port', rule([], [{ port: 90, endPort: 80 }]), '$.spec.ingress[0].ports[0].endPort: the range 90-80 is reversed'],
    ['endPort of a name', rule([], [{ port: 'http', endPort: 80 }]), '$.spec.ingress[0].ports[0].endPort: endPort needs a port number, not the text "http"'],
    ['endPort alone', rule([], [{ endPort: 80 }]), '$.spec.ingress[0].ports[0].endPort: endPort needs a port number, not an absent port'],
    ['number in quotes', rule([], [{ port: '80' }]), '$.spec.ingress[0].ports[0].port: port "80" is no name of a port'],
    ['port 0', rule([], [{ port: 0 }]), '$.spec.ingress[0].ports[0].port: 0 is out of range'],
    ['port 65536', rule([], [{ port: 65536 }]), '$.spec.ingress[0].ports[0].port: 65536 is out of range'],
    ['ipBlock beside a selector', rule([{ podSelector: {}, ipBlock: { cidr: '198.18.0.0/15' } }]), '$.spec.ingress[0].from[0].ipBlock: ipBlock cannot stand beside selectors'],
    ['an empty peer', rule([{}]), '$.spec.ingress[0].from[0]: one of podSelector, namespaceSelector, ipBlock is missing'],
    ['an exception of everything', rule([{ ipBlock: { cidr: '198.18.0.0/15', except: ['198.18.0.0/15'] } }]), '$.spec.ingress[0].from[0].ipBlock.except[0]: 198.18.0.0/15 is all of 198.18.0.0/15'],
    ['a source in a Kubernetes key', rule([{ podSelector: { matchLabels: { 'container:a': 'b' } } }]), '$.spec.ingress[0].from[0].podSelector.matchLabels["container:a"]: "container:a" is no key of a Kubernetes label'],
    ['two subjects', cluster({ subject: { namespaces: {}, pods: { podSelector: {}, namespaceSelector: {} } } }), '$.spec.subject: namespaces and pods cannot stand together'],
    ['priority 1001', cluster({ priority: 1001 }), '$.spec.priority: 1001 is out of range'],
    ['no peers', cluster({ ingress: [{ action: 'Deny', from: [] }] }), '$.spec.ingress[0].from: must have at least one item'],
    ['domain names', to({ domainNames: ['a.example'] }), '$.spec.egress[0].to[0].domainNames: needs the DNS engine, which this version does not have'],
    ['rules in the normal tier', native({ rules: [] }), '$.spec.rules: rules cannot stand in tier normal'],
    ['lists in another tier', native({ tier: 'admin', priority: 1, ingress: [] }), '$.spec.ingress: ingress cannot stand in tier admin'],
    ['two selectors', native({ nodeSelector: {} }), '$.spec.nodeSelector: endpointSelector and nodeSelector cannot stand together'],
    ['an ICMP type of another family', policy({ ingress: [{ icmps: [{ fields: [{ type: 'PacketTooBig' }] }] }] }), '$.spec.ingress[0].icmps[0].fields[0].type: "PacketTooBig" is no ICMP type of IPv4'],
    ['ports and ICMP', policy({ ingress: [{ icmps: [{}], toPorts: [{}] }] }), '$.spec.ingress[0].icmps: toPorts and icmps cannot stand in one rule'],
    ['a range of names', policy({ ingress: [{ toPorts: [{ ports: [{ port: 'http', endPort: 90 }] }] }] }), '$.spec.ingress[0].toPorts[0].ports[0].endPort: a port by name has no range'],
  ])('%s', (_name, document, expected) => {
    expect(errorsOf(document)).toContain(expected);
  }); // prettier-ignore

  it('reads lists, and tells where in them a mistake stands', () => {
    const item = (name: string) => `- metadata: {name: ${name}}\n  spec: {podSelector: {}}\n`;
    const text = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems:\n${item('a')}${item('B')}`;
    const { documents, errors } = parseDocuments(text);
    expect(documents.map((d) => d.name)).toEqual(['a']);
    expect(errors.map((e) => [e.path, e.line])).toEqual([['$.items[1].metadata.name', 6]]);
  });
});

describe('a refused document does not open', () => {
  const specOf = (p: StoredPolicy) => {
    const { policy: form, errors } = normalise(p);
    expect(errors.length).toBeGreaterThan(0);
    return { ...form, ...form.specs[0] };
  };
  it.each<[string, StoredPolicy, boolean, boolean]>([
    ['an omitted policyTypes is ingress', network({ podSelector: {}, wrong: 1 }), true, false],
    ['policyTypes', network({ podSelector: {}, policyTypes: ['Egress'], wrong: 1 }), false, true],
    ['policyTypes that cannot be read', network({ podSelector: {}, policyTypes: ['Egres'] }), true, true],
    ['nodeSelector', native({ endpointSelector: null, nodeSelector: {}, egress: 1 }), false, true],
  ])('%s', (_name, document, ingress, egress) => {
    const { isolates, rules } = specOf(document);
    expect({ isolates, rules }).toEqual({ isolates: { ingress, egress }, rules: [] });
  });

  it.each<[string, StoredPolicy]>([
    ['ClusterNetworkPolicy', cluster({ egress: ['Accept', 'Deny', 'Pass'].map((action) => ({ action, to: [{ domainNames: ['x'] }] })) })],
    ['ClusterPolicy', native({ tier: 'admin', priority: 1, rules: ['accept', 'deny', 'pass'].map((action) => ({ direction: 'egress', action, toFQDNs: [] })) })],
  ])('%s: an accept is nothing, deny and pass deny all', (_name, document) => {
    const { rules, tier } = specOf(document);
    expect(tier).toBe('admin');
    expect(rules?.map((r) => [r.direction, r.action, r.peers])).toEqual(
      Array(2).fill(['egress', 'deny', [{ type: 'identity', identity: 0 }]]),
    );
  }); // prettier-ignore
});

describe('networks of a ClusterNetworkPolicy', () => {
  it('are told where they overlap the cluster', () => {
    const { policy: form } = normalise(
      cluster({ egress: [{ action: 'Accept', to: [{ networks: ['198.18.0.0/15'] }] }] }),
    );
    expect(overlappingNetworks(form, ['10.0.0.0/8'])).toEqual([]);
    expect(overlappingNetworks(form, ['198.18.7.0/24'])).toHaveLength(1);
  });
});
