import { oracleOf } from '../oracle/index.js';
import { validateDocument } from '../documents/parse.js';
import type { ValidDocument } from '../documents/document.js';
import { Random, randomQuestion, randomWorld } from '../testing/worlds.js';
import type { StoredPolicy, World } from '../types.js';
import { toNative } from './index.js';

const WORLDS = 600;
const validOf = (document: unknown): ValidDocument => validateDocument(document).document!;

/** Whether a policy that will be a ClusterPolicy is in one place of the order with another kind, where the kind decides. */
function hasTies({ policies }: World): boolean {
  const places = policies.flatMap(({ kind, document }) => {
    const { spec } = document as { spec?: { tier?: string; priority?: number } };
    return spec?.tier && spec.tier !== 'normal'
      ? [{ kind, place: `${spec.tier.toLowerCase()} ${spec.priority}` }]
      : [];
  });
  return places.some((a) => places.some((b) => a.kind !== b.kind && a.place === b.place));
}

function nativeWorld(world: World, reasons: string[]): World {
  const policies = world.policies.flatMap((stored): StoredPolicy[] => {
    const { documents, refused } = toNative(validOf(stored.document), world.policies);
    reasons.push(...(refused ?? []).map(({ message }) => message));
    return documents?.map((document) => ({ ...stored, kind: document.kind, name: document.metadata.name, document })) ?? [stored];
  }); // prettier-ignore
  return { ...world, policies };
}

describe('conversion to the native language', () => {
  it('means the same in random worlds, enforced and staged, or is refused with a reason', () => {
    const reasons: string[] = [];
    let asked = 0;
    let converted = 0;
    for (let seed = 0; seed < WORLDS; seed++) {
      const r = new Random(31_000_000 + seed);
      const world = randomWorld(r);
      if (hasTies(world)) continue;
      const native = nativeWorld(world, reasons);
      converted += native.policies.filter((p, i) => p !== world.policies[i]).length;
      const [before, after] = [oracleOf(world), oracleOf(native)];
      for (let i = 0; i < 60; i++) {
        const question = randomQuestion(r, world);
        for (const ask of ['ask', 'askStaged'] as const) {
          const [a, b] = [before[ask](question), after[ask](question)];
          asked += 1;
          if (a.allowed !== b.allowed || a.reason !== b.reason)
            throw new Error(
              `seed ${seed}: ${ask} ${JSON.stringify(question)}: ${a.allowed} ${a.reason}, then ${b.allowed} ${b.reason}\n${JSON.stringify(world.policies, null, 1)}\n${JSON.stringify(native.policies, null, 1)}`,
            );
        }
      }
    }
    process.stdout.write(`${converted} documents converted, ${reasons.length} refused, ${asked} verdicts\n`);
    expect(converted).toBeGreaterThan(WORLDS);
    expect([...new Set(reasons)].sort()).toEqual([
      'nodes here may be the node itself, which toNodes of the native language never is',
      'one policy is replaced by several',
    ]);
  }, 120_000);

  const metadata = { name: 'a', namespace: 'shop' };
  const kubernetes = (spec: object, more: object = {}) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { ...metadata, ...more },
    spec,
  });

  it('writes out what a NetworkPolicy leaves to defaults', () => {
    const document = kubernetes({ podSelector: {}, ingress: [{ from: [], ports: [] }] });
    expect(toNative(validOf(document)).documents).toEqual([
      {
        apiVersion: 'sluice.dev/v1',
        kind: 'Policy',
        metadata,
        spec: {
          endpointSelector: {},
          ingress: [{ fromEntities: ['all'] }],
          enableDefaultDeny: { ingress: true, egress: false },
        },
      },
    ]);
  });

  it('makes two rules of one that names pods and prefixes, and keeps pods of a namespace apart from those of all', () => {
    const from = [
      { podSelector: { matchLabels: { app: 'web' } } },
      { namespaceSelector: {}, podSelector: { matchLabels: { app: 'db' } } },
      { ipBlock: { cidr: '198.18.0.0/15', except: ['198.18.0.0/24'] } },
    ];
    const ports = [{ port: 80 }, { protocol: 'UDP', port: 'dns' }, { port: 1000, endPort: 2000 }];
    const spec = toNative(validOf(kubernetes({ podSelector: {}, ingress: [{ from, ports }] }))).documents![0]!
      .spec!;
    const toPorts = [
      { ports: [{ port: '80', protocol: 'TCP' }, { port: 'dns', protocol: 'UDP' }, { port: '1000', endPort: 2000, protocol: 'TCP' }] },
    ]; // prettier-ignore
    const anywhere = [{ key: 'k8s:io.kubernetes.pod.namespace', operator: 'Exists' }];
    expect(spec.ingress).toEqual([
      { fromEndpoints: [{ matchLabels: { 'k8s:app': 'web' } }, { matchLabels: { 'k8s:app': 'db' }, matchExpressions: anywhere }], toPorts },
      { fromCIDRSet: [{ cidr: '198.18.0.0/15', except: ['198.18.0.0/24'] }], toPorts },
    ]); // prettier-ignore
  });

  it('keeps labels and annotations, says staging in the spec, and drops what a server wrote', () => {
    const more = {
      labels: { team: 'a' },
      annotations: { note: 'x', 'sluice.dev/enforcement': 'audit', 'sluice.dev/replaces': 'old' },
      uid: 'u',
      resourceVersion: '7',
    };
    const [native] = toNative(validOf(kubernetes({ podSelector: {} }, more))).documents!;
    expect(native?.metadata).toEqual({ ...metadata, labels: { team: 'a' }, annotations: { note: 'x' } });
    expect(native?.spec).toMatchObject({ enforcement: 'audit', replaces: 'NetworkPolicy/old' });
    const old = {
      kind: 'NetworkPolicy',
      scope: 'shop',
      name: 'old',
      document: kubernetes({ podSelector: {} }),
    };
    const together = toNative(validOf(kubernetes({ podSelector: {} }, more)), [old]).documents![0];
    expect(together?.spec).toMatchObject({ replaces: 'old' });
  });

  it('makes one document of each of several specs', () => {
    const rule = (app: string) => ({ endpointSelector: { matchLabels: { app } }, ingress: [{}] });
    const document = { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata, spec: rule('a'), specs: [rule('b')] };
    const { documents } = toNative(validOf(document));
    expect(documents?.map((d) => [d.metadata.name, d.spec])).toEqual([['a-1', rule('a')], ['a-2', rule('b')]]);
  }); // prettier-ignore

  it('is refused where what a staged policy replaces becomes several', () => {
    const annotations = { 'sluice.dev/enforcement': 'audit', 'sluice.dev/replaces': 'CiliumNetworkPolicy/b' };
    const staged = kubernetes({ podSelector: {} }, { annotations });
    const spec = { endpointSelector: {} };
    const b = { kind: 'CiliumNetworkPolicy', scope: 'shop', name: 'b', document: { specs: [spec, spec] } };
    expect(toNative(validOf(staged), [b]).refused).toMatchObject([{ message: expect.stringContaining('becomes several') }]); // prettier-ignore
  });

  it('warns that the kind is a part of the order of tiers, and leaves native documents as they are', () => {
    const document = {
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: 'c' },
      spec: { tier: 'Admin', priority: 1, subject: { namespaces: {} } },
    };
    expect(toNative(validOf(document)).warnings.join()).toContain('priority 1');
    const native = { apiVersion: 'sluice.dev/v1', kind: 'Policy', metadata, spec: { endpointSelector: {} } };
    expect(toNative(validOf(native))).toEqual({ documents: [native], warnings: [], refused: null });
  });
});
