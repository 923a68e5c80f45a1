import { IDENTITY, isCidr, isCluster } from '@sluice/labels';
import { cidrPrefixesOf } from '../normal/normalise.js';
import { oracleOf } from '../oracle/index.js';
import { cidrIdentities, Random, randomPolicy, randomWorld } from '../testing/worlds.js';
import { randomTarget } from '../testing/questions.js';
import type { IdentityInput, StoredPolicy, World } from '../types.js';
import { plan } from './plan.js';
import { mostEntries } from './room.js';
import type { PlanInput, PlanParty, PlanResult, PlanRow } from './types.js';

function finished(input: PlanInput): PlanResult {
  const steps = plan(input);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** A world without a node of its own, a change of it, and both worlds with every prefix of either. */
function worldAndChange(r: Random): { input: PlanInput; before: World; after: World } {
  const random = randomWorld(r);
  const nodes = random.nodes?.map((n) => (n.local ? { ...n, local: false, identity: 2 ** 25 + 99 } : n));
  const base: World = nodes ? { ...random, nodes } : random;
  const [first, ...rest] = base.policies as [StoredPolicy, ...StoredPolicy[]];
  const fresh = randomPolicy(r, 'new', 900);
  const put = r.chance(0.5) ? [{ ...fresh, kind: fresh.kind, name: 'new' }] : [];
  const deleted = put.length === 0 || r.chance(0.5) ? [first] : [];
  const policies = [...(deleted.length > 0 ? rest : base.policies), ...put];
  const workloads = base.identities.filter(({ id }) => isCluster(id));
  const identities = [...workloads, ...cidrIdentities([...base.policies, ...put], base.services ?? [])];
  const { namespaces: _, ...world } = { ...base, identities: workloads };
  return {
    input: { world, put, deleted, limit: 10_000 },
    before: { ...base, identities },
    after: { ...base, identities, policies },
  };
}

const prefixOf = ({ labels }: IdentityInput) =>
  labels
    .filter((l) => l.source === 'cidr')
    .map((l) => l.key)
    .sort((a, b) => Number(b.split('/')[1]) - Number(a.split('/')[1]))[0] ?? null;

/** Whom the oracle knows by which number, as the plan names parties. What no rule names is the world. */
function endsOf(world: World, policies: readonly StoredPolicy[]) {
  const named = new Set<string | null>(cidrPrefixesOf(policies));
  const whole = new Set(world.identities.map(prefixOf));
  const entities = [
    IDENTITY.HOST,
    ...(world.nodes ? [] : [IDENTITY.REMOTE_NODE]),
    ...(whole.has('0.0.0.0/0') ? [] : [IDENTITY.WORLD_IPV4]),
    ...(whole.has('::/0') ? [] : [IDENTITY.WORLD_IPV6]),
  ];
  const familyOf = (id: number, prefix: string | null): 4 | 6 =>
    prefix?.includes(':') === true || id === IDENTITY.WORLD_IPV6 ? 6 : 4;
  const known = world.identities.filter((i) => !isCidr(i.id) || named.has(prefixOf(i)));
  const all = [...known, ...entities.map((id) => ({ id, labels: [] }))];
  return all.map((identity) => {
    const prefix = isCidr(identity.id) ? prefixOf(identity) : null;
    return { id: identity.id, prefix, family: familyOf(identity.id, prefix) };
  });
}
type End = ReturnType<typeof endsOf>[number];
const isEnd = (party: PlanParty, end: End) =>
  end.prefix !== null ? party.prefix === end.prefix : party.prefix === null && party.identity === end.id;
const covers = (row: PlanRow, protocol: number, port: number) =>
  (row.protocol === 0 || row.protocol === protocol) && row.first <= port && port <= row.last;

describe('plan', () => {
  it('tells each change of a verdict between two live parties and nothing else, as the naive evaluator has them', () => {
    const seen = { gained: 0, lost: 0, same: 0 };
    for (let seed = 1; seed <= 400; seed++) {
      const r = new Random(seed);
      const { input, before, after } = worldAndChange(r);
      const { rows, gained, lost } = finished(input);
      expect(rows.filter((row) => row.allowed)).toHaveLength(gained);
      expect(rows.filter((row) => !row.allowed)).toHaveLength(lost);
      const [was, is] = [oracleOf(before), oracleOf(after)];
      const ends = endsOf(before, [...before.policies, ...input.put]);
      for (let i = 0; i < 60; i++) {
        const [source, destination] = [r.pick(ends), r.pick(ends)];
        if (!isCluster(source.id) && !isCluster(destination.id)) continue;
        const family = isCluster(source.id) ? destination.family : source.family;
        const target = randomTarget(r, before, destination.id);
        const allowed = (oracle: typeof was) => {
          const about = { family, ...target };
          const sends =
            !isCluster(source.id) ||
            oracle.ask({ subject: source.id, peer: destination.id, direction: 'egress', ...about }).allowed;
          const takes =
            !isCluster(destination.id) ||
            oracle.ask({ subject: destination.id, peer: source.id, direction: 'ingress', ...about }).allowed;
          return sends && takes;
        };
        const [old, now] = [allowed(was), allowed(is)];
        const found = rows.filter(
          (row) =>
            isEnd(row.source, source) &&
            isEnd(row.destination, destination) &&
            covers(row, target.protocol, target.port),
        );
        const told = found.map((row) => row.allowed);
        expect({ seed, source, destination, target, told }).toEqual({
          ...{ seed, source, destination, target },
          told: old === now ? [] : [now],
        });
        seen[old === now ? 'same' : now ? 'gained' : 'lost']++;
      }
    }
    expect(seen.gained).toBeGreaterThan(100);
    expect(seen.lost).toBeGreaterThan(100);
  });

  it('bounds the entries of every map', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const { input } = worldAndChange(new Random(seed));
      const most = mostEntries(input);
      const sizes = finished(input).sizes.map(({ after }) => after);
      expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(most);
    }
  });

  const labels = (app: string) => [{ source: 'k8s' as const, key: 'app', value: app }];
  const document = (spec: object): StoredPolicy => {
    const metadata = { name: 'p', namespace: 'default' };
    const value = { apiVersion: 'sluice.dev/v1', kind: 'Policy', metadata, spec };
    return { kind: 'Policy', scope: 'default', name: 'p', uid: 'u', revision: 7, document: value };
  };
  const inDefault = (id: number, app: string): IdentityInput => ({
    id,
    labels: [...labels(app), { source: 'k8s', key: 'io.kubernetes.pod.namespace', value: 'default' }],
  });
  const world = {
    mode: 'always',
    policies: [
      document({ endpointSelector: { matchLabels: { app: 'web' } }, egress: [{ toEntities: ['all'] }] }),
    ],
    identities: [inDefault(300, 'web'), inDefault(301, 'db'), inDefault(302, 'idle')],
  } satisfies PlanInput['world'];
  const open = (port: string) =>
    document({
      endpointSelector: { matchLabels: { app: 'db' } },
      ingress: [
        {
          fromEndpoints: [{ matchLabels: { app: 'web' } }],
          toPorts: [{ ports: [{ port, protocol: 'TCP' }] }],
        },
      ],
    });

  it('groups by protocol and range, names both deciders, and counts entries', () => {
    const put = [{ ...open('8080'), name: 'db' }];
    const { rows, sizes, gained, lost } = finished({ world, put, deleted: [], limit: 10 });
    expect({ gained, lost }).toEqual({ gained: 1, lost: 0 });
    expect(rows).toMatchObject([
      {
        source: { identity: 300 },
        destination: { identity: 301 },
        protocol: 6,
        first: 8080,
        last: 8080,
        allowed: true,
      },
    ]);
    expect(rows[0]?.before).toMatchObject([{ type: 'default', reason: 'default-deny' }]);
    expect(rows[0]?.after).toMatchObject([
      { type: 'rule', rules: [{ rule: 'egress[0]' }] },
      { type: 'rule', rules: [{ rule: 'ingress[0]', policy: { name: 'db' } }] },
    ]);
    expect(sizes).toMatchObject([{ subject: { identity: 301 }, before: 0, after: 1 }]);
  });

  it('counts rows beyond the limit, and is empty where nothing changes', () => {
    const deleted = [world.policies[0]!];
    const whole = finished({
      world: { ...world, mode: 'default' },
      put: [{ ...open('0'), name: 'db' }],
      deleted,
      limit: 2,
    });
    expect(whole.rows).toHaveLength(2);
    expect(whole.lost).toBeGreaterThan(2);
    expect(finished({ world, put: world.policies, deleted: [], limit: 10 })).toMatchObject({
      rows: [],
      gained: 0,
      lost: 0,
    });
  });

  it('tells what a node’s own policy changes, by the node', () => {
    const name = { key: 'kubernetes.io/hostname', source: 'k8s' as const, value: 'n1' };
    const node = { name: 'n1', labels: [name], local: false, identity: 2 ** 25 + 1 };
    const other = { ...node, name: 'n2', labels: [{ ...name, value: 'n2' }], identity: 2 ** 25 + 2 };
    const host = {
      ...document({}),
      ...{ kind: 'ClusterPolicy', scope: '_cluster', name: 'host' },
      document: {
        apiVersion: 'sluice.dev/v1',
        kind: 'ClusterPolicy',
        metadata: { name: 'host' },
        spec: {
          nodeSelector: { matchLabels: { 'kubernetes.io/hostname': 'n1' } },
          ingress: [{ fromEndpoints: [{ matchLabels: { app: 'web' } }] }],
        },
      },
    };
    const planned = (mode: World['mode']) =>
      finished({ world: { ...world, mode, nodes: [node, other] }, put: [host], deleted: [], limit: 100 });
    const { rows, sizes } = planned('default');
    expect(rows.every((row) => row.destination.node === 'n1' && !row.allowed && row.protocol === 0)).toBe(
      true,
    );
    const sources = rows.map((row) => row.source.identity);
    expect(sources).toEqual(expect.arrayContaining([301, 302, IDENTITY.WORLD_IPV4, other.identity]));
    expect(sources).not.toContain(300);
    expect(sizes).toMatchObject([{ subject: { node: 'n1' } }]);
    // Who may not send anyway loses nothing.
    const always = planned('always').rows.map((row) => row.source.identity);
    expect(always).toEqual(expect.arrayContaining([IDENTITY.WORLD_IPV4, other.identity]));
    expect(always.filter((id) => [300, 301, 302].includes(id))).toEqual([]);
  });
});
