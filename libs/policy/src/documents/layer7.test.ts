import { normalise, parseDocuments, resolverOf, validateDocument, type World } from '../index.js';

const cilium = (spec: object) => ({
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumNetworkPolicy',
  metadata: { name: 'a', namespace: 'shop' },
  spec: { endpointSelector: {}, ...spec },
});
const http = (rule: object) =>
  cilium({ ingress: [{ toPorts: [{ ports: [{ port: '80' }], rules: { http: [rule] } }] }] });
const port = (fields: object) => cilium({ ingress: [{ toPorts: [fields] }] });
const egress = (fields: object) => cilium({ egress: [fields] });
const secret = { name: 'certificate', namespace: 'shop' };
const read = (document: object, needs: 'keep' | 'refuse' = 'keep') =>
  parseDocuments(JSON.stringify(document), '', { needs });

describe('what needs an engine that is not there', () => {
  it.each([
    ['http', http({ method: 'GET', path: '/v1/.*', host: 'shop\\.example', headers: ['X-A: b'], headerMatches: [{ name: 'X-A', value: 'b', mismatch: 'LOG', secret }] }), 'the layer-7 engine'],
    ['kafka', port({ rules: { kafka: [{ role: 'produce', topic: 'orders', clientID: 'web', apiVersion: '1' }] } }), 'the layer-7 engine'],
    ['dns', port({ rules: { dns: [{ matchName: 'a.example' }, { matchPattern: '*.example' }] } }), 'the layer-7 engine'],
    ['another protocol', port({ rules: { l7proto: 'r2d2', l7: [{ cmd: 'READ' }] } }), 'the layer-7 engine'],
    ['TLS', port({ terminatingTLS: { secret }, originatingTLS: { secret, trustedCA: 'ca' } }), 'the layer-7 engine'],
    ['server names', port({ serverNames: ['a.example', '**.example'] }), 'the layer-7 engine'],
    ['a listener', port({ listener: { envoyConfig: { kind: 'CiliumEnvoyConfig', name: 'e' }, name: 'l', priority: 1 } }), 'the layer-7 engine'],
    ['names of hosts', egress({ toFQDNs: [{ matchName: 'a.example' }], toPorts: [{ ports: [{ port: '443' }] }] }), 'the DNS engine'],
    ['authentication', cilium({ ingress: [{ fromEndpoints: [{}], authentication: { mode: 'required' } }] }), 'mutual authentication'],
  ])('%s: is checked, kept, refused by default, and isolates where it must be enforced', (_name, document, need) => {
    const kept = read(document);
    expect(kept.errors).toEqual([]);
    expect(kept.documents[0]?.document).toEqual(document);
    const found = kept.documents[0]?.needs ?? [];
    expect(found.length).toBeGreaterThan(0);
    for (const { message, line } of found) expect([message, line]).toEqual([`needs ${need}, which this version does not have`, 1]);
    expect(read(document, 'refuse')).toMatchObject({ documents: [], errors: found });
    expect(validateDocument(document)).toMatchObject({ document: null, errors: found.map(({ path, message }) => ({ path, message })) });
    const stored = { kind: 'CiliumNetworkPolicy', scope: 'shop', name: 'a', uid: 'u', revision: 1, document };
    const { policy, errors } = normalise(stored);
    expect(errors).toHaveLength(found.length);
    const side = 'ingress' in document.spec ? 'ingress' : 'egress';
    expect(policy.specs).toMatchObject([{ isolates: { [side]: true }, rules: [] }]);
  }); // prettier-ignore

  it.each([
    ['a path of another type', http({ path: 5 }), '$.spec.ingress[0].toPorts[0].rules.http[0].path'],
    ['an unknown field', http({ verb: 'GET' }), '$.spec.ingress[0].toPorts[0].rules.http[0].verb'],
    ['an expression without end', http({ path: '('.repeat(3000) }), '$.spec.ingress[0].toPorts[0].rules.http[0].path'],
    ['two protocols', port({ rules: { http: [], dns: [] } }), '$.spec.ingress[0].toPorts[0].rules.dns'],
    ['an empty name', port({ rules: { dns: [{}] } }), '$.spec.ingress[0].toPorts[0].rules.dns[0]'],
    ['a name with a blank', egress({ toFQDNs: [{ matchName: 'a b' }] }), '$.spec.egress[0].toFQDNs[0].matchName'],
    ['a role beside a key', port({ rules: { kafka: [{ role: 'produce', apiKey: 'fetch' }] } }), '$.spec.ingress[0].toPorts[0].rules.kafka[0].apiKey'],
    ['a secret without a name', port({ terminatingTLS: { secret: {} } }), '$.spec.ingress[0].toPorts[0].terminatingTLS.secret'],
    ['an unknown mode', cilium({ ingress: [{ authentication: { mode: 'maybe' } }] }), '$.spec.ingress[0].authentication.mode'],
    ['layer 7 in a deny', cilium({ ingressDeny: [{ toPorts: [{ rules: { http: [{}] } }] }] }), '$.spec.ingressDeny[0].toPorts[0].rules'],
    ['names of hosts beside prefixes', egress({ toFQDNs: [{ matchName: 'a' }], toCIDR: ['198.18.0.0/15'] }), '$.spec.egress[0].toFQDNs'],
  ])('%s is a mistake, kept or not', (_name, document, path) => {
    const { errors, documents } = read(document);
    expect(documents).toEqual([]);
    expect(errors.map((e) => e.path)).toContain(path);
  }); // prettier-ignore

  it('takes expressions of hostile shape without running them', () => {
    const document = http({ path: '(a+)+$'.repeat(200), host: '^(([a-z])+.)+[A-Z]([a-z])+$' });
    expect(read(document).documents[0]?.needs).toHaveLength(1);
  });

  it('takes authentication that is switched off: every connection is without', () => {
    const document = cilium({ ingress: [{ fromEndpoints: [{}], authentication: { mode: 'disabled' } }] });
    expect(read(document, 'refuse').errors).toEqual([]);
    expect(normalise({ kind: 'CiliumNetworkPolicy', scope: 'shop', name: 'a', uid: 'u', revision: 1, document }).policy.specs[0]?.rules).toHaveLength(1); // prettier-ignore
  });

  it('never enforces half of an ordered or cluster-wide rule: an accept is left out, a deny denies everybody', () => {
    const rule = (action: string) => ({ action, name: action, to: [{ domainNames: ['a.example'] }] });
    const document = {
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: 'c' },
      spec: {
        tier: 'Admin',
        priority: 1,
        subject: { namespaces: {} },
        egress: [rule('Accept'), rule('Deny')],
      },
    };
    const stored = {
      kind: 'ClusterNetworkPolicy',
      scope: '_cluster',
      name: 'c',
      uid: 'u',
      revision: 1,
      document,
    };
    const { rules } = normalise(stored).policy.specs[0]!;
    expect(rules).toMatchObject([{ action: 'deny', peers: [{ type: 'identity', identity: 0 }] }]);
    const identity = {
      id: 300,
      labels: [{ source: 'k8s' as const, key: 'io.kubernetes.pod.namespace', value: 'shop' }],
    };
    const world: World = { mode: 'default', policies: [stored], identities: [identity], namespaces: {} };
    const entries = resolverOf(world)
      .resolve(300)
      .entries.filter((e) => e.direction === 'egress');
    expect(entries).toMatchObject([{ identity: 0, protocol: 0, deny: true }]);
  });
});
