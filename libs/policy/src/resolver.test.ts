import { derivedLabels, IDENTITY, makeLabels } from '@sluice/labels';
import {
  cidrPrefixesOf, diff, evaluate, normalise, Resolver, resolveWorld, type Direction, type PolicyMapEntry, type RuleDocument, type SpecDocument,
  type StoredPolicy, type World,
} from './index.js'; // prettier-ignore
import { cidrIdentities } from './testing/worlds.js';

const WEB = 256;
const DB = 257;
const pod = (id: number, app: string, namespace = 'shop') => ({
  id,
  labels: makeLabels([`k8s:app=${app}`, ...derivedLabels({ namespace })]),
});

function policy(spec: Partial<SpecDocument>, over: Partial<StoredPolicy> = {}): StoredPolicy {
  const ref = { kind: 'Policy', scope: 'shop', name: 'p', uid: 'u', revision: 1, ...over };
  const namespace = ref.scope === '_cluster' ? {} : { namespace: ref.scope };
  const metadata = { name: ref.name, ...namespace };
  return {
    document: {
      apiVersion: 'sluice.dev/v1',
      kind: ref.kind,
      metadata,
      spec: { endpointSelector: {}, ...spec },
    },
    ...ref,
  };
}
function world(policies: StoredPolicy[], mode: World['mode'] = 'always'): World {
  return {
    mode,
    policies,
    identities: [pod(WEB, 'web'), pod(DB, 'db'), pod(258, 'web', 'bank'), ...cidrIdentities(policies)],
    namespaces: {},
  };
}
const entries = (w: World, direction: Direction = 'ingress') =>
  resolveWorld(w, WEB)
    .entries.filter((e) => e.direction === direction)
    .map((e) => `${e.deny ? 'deny' : 'allow'} ${e.identity} ${e.protocol}/${e.port}/${e.portBits}`);
const ingress = (...rules: RuleDocument[]) => world([policy({ ingress: rules })]);
const tcp = (port: number, endPort?: number) => [
  { ports: [{ port, protocol: 'TCP', ...(endPort ? { endPort } : {}) }] },
];

describe('what a rule becomes', () => {
  it.each<[string, RuleDocument[], string[]]>([
    ['{} isolates and allows nothing', [{}], []],
    ['no peers but ports: anybody', [{ toPorts: tcp(80) }], ['allow 0 6/80/16']],
    ['an empty peer list: nobody', [{ fromEndpoints: [], toPorts: tcp(80) }], []],
    ['the empty selector: the own namespace', [{ fromEndpoints: [{}] }], ['allow 256 0/0/0', 'allow 257 0/0/0']],
    ['another namespace, named', [{ fromEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'bank' } }] }], ['allow 258 0/0/0']],
    ['empty toPorts: all ports', [{ fromEntities: ['host'], toPorts: [] }], ['allow 1 0/0/0']],
    ['empty ports: none', [{ fromEntities: ['host'], toPorts: [{ ports: [] }] }], []],
    ['ANY with a port: three protocols', [{ fromEntities: ['all'], toPorts: [{ ports: [{ port: '53' }] }] }], ['allow 0 6/53/16', 'allow 0 17/53/16', 'allow 0 132/53/16']],
    ['a range: its prefixes', [{ fromEntities: ['all'], toPorts: tcp(80, 83) }], ['allow 0 6/80/14']],
    ['an odd range', [{ fromEntities: ['all'], toPorts: tcp(81, 84) }], ['allow 0 6/81/16', 'allow 0 6/82/15', 'allow 0 6/84/16']],
    ['ports that touch: one prefix', [{ fromEntities: ['all'], toPorts: [...tcp(80), ...tcp(81), ...tcp(82, 83)] }], ['allow 0 6/80/14']],
    ['none', [{ fromEntities: ['none'] }], []],
    ['everything of a family is its world', [{ fromCIDR: ['0.0.0.0/0'] }], ['allow 9 0/0/0']],
    ['exceptions', [{ fromCIDRSet: [{ cidr: '198.18.0.0/15', except: ['198.18.0.0/24'] }] }], [`allow ${IDENTITY.CIDR_FLAG} 0/0/0`]],
  ])('%s', (_name, rules, expected) => {
    expect(entries(ingress(...rules))).toEqual(expected);
  }); // prettier-ignore

  it('world and cluster cost at most 10 entries whatever the number of identities and prefixes', () => {
    const many = Array.from({ length: 300 }, (_, i) => pod(1000 + i, `a${i}`));
    const p = policy({ egress: [{ toEntities: ['world', 'cluster'] }] });
    expect(
      resolveWorld({ ...world([p]), identities: [pod(WEB, 'web'), ...many] }, WEB).entries.length,
    ).toBeLessThanOrEqual(10);
  });

  it('a short deny removes the longer allows that it covers, for its peer and for everybody below', () => {
    const deny = (rule: RuleDocument) =>
      world([policy({ ingress: [{ fromEndpoints: [{}], toPorts: tcp(80) }], ingressDeny: [rule] })]);
    expect(entries(deny({ fromEntities: ['all'] }))).toEqual(['deny 0 0/0/0']);
    expect(entries(deny({ fromEndpoints: [{ matchLabels: { app: 'db' } }] }))).toEqual([
      'allow 256 6/80/16',
      'deny 257 0/0/0',
    ]);
    expect(entries(deny({ fromEntities: ['cluster'], toPorts: tcp(64, 127) }))).toContain('deny 12 6/64/10');
  });

  it('a key of which longer ones leave nothing is not written', () => {
    const [both, low, high] = [tcp(80, 81), tcp(80), tcp(81)].map((toPorts) => ({ fromEntities: ['all'], toPorts }));
    expect(entries(ingress(both!, low!, high!))).toEqual(['allow 0 6/80/16', 'allow 0 6/81/16']);
  }); // prettier-ignore

  it('what another entry covers for the same rules is not written', () => {
    expect(entries(ingress({ fromEntities: ['all'], toPorts: [...tcp(80), ...tcp(1, 1000)] }))).not.toContain(
      'allow 0 6/80/16',
    );
    const all = {
      fromEndpoints: [
        { matchExpressions: [{ key: 'k8s:io.kubernetes.pod.namespace', operator: 'Exists' as const }] },
      ],
    };
    expect(
      entries(
        world([
          policy({ ingress: [{ fromEntities: ['cluster'] }] }, { name: 'a' }),
          policy({ ingress: [all] }, { name: 'b' }),
        ]),
      ),
    ).toContain('allow 256 0/0/0');
  });

  it('names the first of the rules that decided, in the order of policies', () => {
    const w = world([
      policy({ ingress: [{ toPorts: tcp(80) }] }, { name: 'b' }),
      policy({ ingress: [{}, { fromEntities: ['all'] }] }, { name: 'a' }),
    ]);
    const q = { peer: DB, family: 4, direction: 'ingress', protocol: 6, port: 80 } as const;
    const answer = evaluate(resolveWorld(w, WEB), q);
    expect(answer.provenance).toMatchObject({
      rules: [
        { policy: { name: 'a' }, rule: 'ingress[1]' },
        { policy: { name: 'b' }, rule: 'ingress[0]' },
      ],
    });
  });
});

describe('modes and isolation', () => {
  const none = { enableDefaultDeny: { ingress: false }, ingressDeny: [{ fromEntities: ['host'] }] };
  it.each<[string, World, number, string[]]>([
    ['always, no policy', world([]), WEB, []],
    ['default, no policy', world([], 'default'), WEB, ['allow 0 0/0/0']],
    ['default, a workload without labels', world([], 'default'), IDENTITY.INIT, []],
    ['default, an unknown subject', world([], 'default'), 999, []],
    ['default, isolated', world([policy({ ingress: [{}] })], 'default'), WEB, []],
    ['default, an empty list does not isolate', world([policy({ ingress: [] })], 'default'), WEB, ['allow 0 0/0/0']],
    ['default, isolated by word alone', world([policy({ enableDefaultDeny: { ingress: true } })], 'default'), WEB, []],
    ['default, not isolating', world([policy(none)], 'default'), WEB, ['allow 0 0/0/0', 'deny 1 0/0/0']],
    ['always, not isolating', world([policy(none)]), WEB, ['deny 1 0/0/0']],
    ['never', world([policy({ ingressDeny: [{ fromEntities: ['all'] }] })], 'never'), WEB, ['allow 0 0/0/0']],
  ])('%s', (_name, w, subject, expected) => {
    const found = resolveWorld(w, subject).entries.filter((e) => e.direction === 'ingress');
    expect(found.map((e) => `${e.deny ? 'deny' : 'allow'} ${e.identity} ${e.protocol}/${e.port}/${e.portBits}`)).toEqual(expected);
  }); // prettier-ignore

  it('tells which policies isolate', () => {
    const { defaults } = resolveWorld(ingress({}), WEB);
    expect(defaults.ingress).toEqual({
      type: 'default',
      reason: 'default-deny',
      isolating: [{ kind: 'Policy', scope: 'shop', name: 'p' }],
    });
    expect(defaults.egress).toMatchObject({ isolating: [] });
  });
});

describe('policies that cannot be compiled', () => {
  const broken = policy({ ingress: [{ fromRequires: [{}] } as RuleDocument] });
  it('isolate their subject and allow nothing', () => {
    const resolver = new Resolver('default');
    resolver.upsertIdentity(pod(WEB, 'web'));
    expect(resolver.upsertPolicy(broken)).toMatchObject({
      state: 'shut',
      errors: [{ path: '$.spec.ingress[0].fromRequires' }],
    });
    expect(resolver.resolve(WEB).entries.map((e) => e.direction)).toEqual(['egress']);
    expect(normalise({ ...broken, document: 7 }).errors).toHaveLength(1);
  });

  it('keep their last accepted form', () => {
    const resolver = new Resolver();
    resolver.upsertIdentity(pod(WEB, 'web'));
    resolver.upsertPolicy(policy({ ingress: [{ fromEntities: ['host'] }] }));
    expect(resolver.upsertPolicy(broken).state).toBe('kept');
    expect(resolver.resolve(WEB).entries).toHaveLength(1);
  });
});

it('names every prefix, exceptions too, once', () => {
  const set = [{ cidr: '198.18.0.0/15', except: ['198.18.0.0/24'] }];
  const p = policy({
    egress: [{ toCIDRSet: set }, { toCIDR: ['198.18.9.9/24', '0.0.0.0/0'] }],
    ingress: [{ fromCIDRSet: set }],
  });
  expect(cidrPrefixesOf([p])).toEqual(['198.18.0.0/15', '198.18.0.0/24', '198.18.9.0/24']);
});

describe('the order of writes', () => {
  const entry = (identity: number, protocol: number, port: number, portBits: number, deny: boolean): PolicyMapEntry => ({
    identity, direction: 'ingress', protocol, port, portBits, deny, precedence: (2 ** 31 + (deny ? 1 : 0)) >>> 0,
    provenance: { type: 'rule', rules: [] },
  }); // prettier-ignore
  const form = (...list: PolicyMapEntry[]) => ({ ...resolveWorld(world([]), WEB), entries: list });

  it('denies in, allows in, allows out, denies out', () => {
    const before = form(entry(1, 0, 0, 0, false), entry(5, 0, 0, 0, true));
    const after = form(entry(6, 0, 0, 0, false), entry(4, 0, 0, 0, true));
    const { swap, writes } = diff(before, after);
    expect(swap).toBe(false);
    expect(writes.map((x) => `${x.op} ${x.entry.identity}`)).toEqual([
      'put 4',
      'put 6',
      'delete 1',
      'delete 5',
    ]);
  });

  it('asks for a swap where every order would open or close for a moment', () => {
    const before = form(entry(0, 6, 80, 16, true), entry(257, 6, 80, 15, false));
    const after = form(entry(0, 6, 80, 16, false), entry(257, 0, 0, 0, true));
    expect(diff(before, after).swap).toBe(true);
  });

  it('nothing changed, nothing written; without an old form everything is put', () => {
    const some = form(entry(1, 0, 0, 0, false));
    expect(diff(some, form(...some.entries))).toEqual({ swap: false, writes: [] });
    expect(diff(null, some).writes).toHaveLength(1);
  });
});
