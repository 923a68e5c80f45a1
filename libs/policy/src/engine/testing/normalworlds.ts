/** Random worlds in the internal form: small, so that rules meet each other, with every kind of peer, port, tier and action. */
import {
  IDENTITY,
  makeLabels,
  makeSelector,
  parsePrefix,
  type Requirement,
  type Selector,
} from '@sluice/labels';
import type { NormalPolicy, NormalRule, Peer, PolicyTier, PortMatch } from '../../normal/form.js';
import { Random } from '../../testing/random.js';
import { cidrIdentities, randomIdentity } from '../../testing/worlds.js';
import type { Direction, NamedPorts, NodeInput, PolicyRef, ServiceInput, StoredPolicy } from '../../types.js';
import type { Query } from '../evaluate.js';
import { Resolver } from '../resolver.js';
import type { NormalWorld } from './direct.js';

const PREFIXES = [
  '198.18.0.0/16',
  '198.18.0.0/24',
  '198.18.0.128/25',
  '198.18.7.0/24',
  'fd00:198::/32',
  'fd00:198:1::/48',
];
const BACKENDS = ['198.18.0.9', '198.18.7.7', 'fd00:198:1::9'];
const NAMES = ['http', 'dns'];
const ENTITIES = [IDENTITY.ANY, IDENTITY.ANY, IDENTITY.CLUSTER, IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6, IDENTITY.HOST, IDENTITY.REMOTE_NODE, IDENTITY.INIT]; // prettier-ignore
const NODE = 2 ** 25;

function selector(r: Random): Selector {
  const requirement = (): Requirement => {
    const key = r.pick(['app', 'tier', 'io.kubernetes.pod.namespace']);
    const operator = r.pick(['In', 'In', 'In', 'NotIn', 'Exists', 'DoesNotExist'] as const);
    const values =
      key === 'app' ? ['web', 'db', 'orders'] : key === 'tier' ? ['front', 'back'] : ['shop', 'bank'];
    const source = key === 'app' ? 'any' : 'k8s';
    return { source, key, operator, values: operator.endsWith('In') ? [r.pick(values)] : [] };
  };
  const exists: Requirement = {
    source: 'k8s',
    key: 'io.kubernetes.pod.namespace',
    operator: 'Exists',
    values: [],
  };
  return makeSelector([exists, ...r.some(0, 2, requirement)]);
}

const zone = (r: Random) =>
  makeSelector([{ source: 'k8s', key: 'zone', operator: 'In', values: [r.pick(['a', 'b'])] }]);

function peer(r: Random): Peer {
  const kind = r.int(0, 9);
  if (kind < 3) return { type: 'identity', identity: r.pick(ENTITIES) };
  if (kind < 6) return { type: 'labels', selector: selector(r) };
  if (kind === 6) return { type: 'nodes', selector: zone(r), local: r.chance(0.5) };
  if (kind === 7) {
    const scope = r.pick(['shop', 'bank']);
    if (r.chance(0.5))
      return { type: 'service', scope: r.chance(0.3) ? null : scope, name: r.pick(['s0', 's1']) };
    const labels = makeSelector([{ source: 'k8s', key: 'app', operator: 'Exists', values: [] }]);
    return { type: 'services', scope: r.chance(0.5) ? null : scope, selector: labels };
  }
  const prefix = r.pick(PREFIXES);
  return {
    type: 'cidr',
    prefix,
    except: r.chance(0.3) ? PREFIXES.filter((p) => p !== prefix && r.chance(0.3)) : [],
  };
}

function port(r: Random): PortMatch {
  const kind = r.int(0, 9);
  if (kind < 3) return { protocol: 0, first: 0, last: 65535 };
  if (kind === 3) return { protocol: r.pick([0, 6, 17]), name: r.pick(NAMES) };
  if (kind === 4) return { protocol: 1, first: 8 << 8, last: (8 << 8) | 255 };
  const protocol = r.pick([6, 6, 17]);
  const first = r.pick([0, 80, 81, 64, 443]);
  return { protocol, first, last: first === 0 ? 65535 : r.pick([first, first, first + 3, first + 1000]) };
}

/** Ports of eight neighbours, so that rules cover, meet and touch each other. */
function nearPort(r: Random): PortMatch {
  if (r.chance(0.1)) return { protocol: r.pick([0, 6]), first: 0, last: 65535 };
  const first = r.int(80, 87);
  return { protocol: 6, first, last: Math.min(87, first + r.pick([0, 0, 1, 3])) };
}

function rule(r: Random, tier: PolicyTier, name: string, i: number, anyPort = port): NormalRule {
  const direction = r.pick(['ingress', 'egress'] as const);
  const action =
    tier === 'normal'
      ? r.pick(['allow', 'allow', 'deny'] as const)
      : r.pick(['allow', 'deny', 'pass'] as const);
  const policy = { kind: 'ClusterPolicy', scope: '_cluster', name };
  return {
    direction,
    action,
    peers: r.some(1, 2, () => peer(r)),
    ports: r.some(1, 2, () => anyPort(r)),
    origin: { policy, uid: name, rule: `${direction}[${i}]`, revision: 1 },
  };
}

/** Whom a staged policy stands in for: every second one, by its own number, its neighbour. */
function replacedBy(name: string): PolicyRef | null {
  const number = Number(name.slice(1));
  return number % 2 === 0 ? { kind: 'ClusterPolicy', scope: '_cluster', name: `p${(number + 1) % 6}` } : null;
}

/** One policy of any tier. */
export function randomNormal(r: Random, name: string, anyPort = port): NormalPolicy {
  const tier = r.pick(['admin', 'normal', 'normal', 'baseline'] as const);
  const nodes = r.chance(0.15);
  const isolates = () => tier === 'normal' && r.chance(0.3);
  const rules = r.some(1, 4, () => null).map((_, i) => rule(r, tier, name, i, anyPort));
  const named = rules.flatMap((x) =>
    x.peers.flatMap((p) => (p.type === 'cidr' ? [p.prefix, ...p.except] : [])),
  );
  const priority = tier === 'normal' ? 0 : r.pick([0, 0, 10, 1000]);
  const staged = r.chance(0.1);
  return {
    ref: { kind: 'ClusterPolicy', scope: '_cluster', name },
    tier,
    priority,
    staged,
    replaces: staged ? replacedBy(name) : null,
    specs: [
      {
        subject: nodes
          ? { type: 'nodes', selector: zone(r) }
          : { type: 'workloads', selector: r.chance(0.5) ? makeSelector([]) : selector(r) },
        isolates: { ingress: isolates(), egress: isolates() },
        rules,
      },
    ],
    prefixes: [...new Set(named)].sort(),
  };
}

function ports(r: Random): NamedPorts {
  const list = () =>
    NAMES.filter(() => r.chance(0.8)).map((name) => ({
      name,
      protocol: r.pick([6, 17]),
      port: r.pick([80, 81, 443]),
    }));
  return r.chance(0.7) ? [list()] : [list(), list()];
}

/** Named ports of an identity's workloads. */
export const randomPorts = ports;

/** Two services: one of labels, one of addresses. */
export function randomServices(r: Random): ServiceInput[] {
  const labels = () => makeLabels(r.chance(0.7) ? ['k8s:app=web'] : []);
  return [
    { scope: 'shop', name: 's0', labels: labels(), selector: { app: r.pick(['web', 'db']) }, backends: [] },
    {
      scope: 'bank',
      name: 's1',
      labels: labels(),
      selector: null,
      backends: r.some(0, 2, () => r.pick(BACKENDS)),
    },
  ];
}

/** The local node and up to two others. */
export function randomNodes(r: Random): NodeInput[] {
  return r
    .some(1, 3, () => null)
    .map((_, i) => {
      const zone = r.pick(['a', 'b']);
      return {
        name: `node-${i}`,
        labels: makeLabels([`k8s:zone=${zone}`]),
        local: i === 0,
        identity: i === 0 ? IDENTITY.HOST : NODE + i,
        apiServer: zone === 'a',
      };
    });
}

/** A whole world: the same for the same generator state. */
export function randomNormalWorld(r: Random): NormalWorld {
  const workloads = r.some(2, 5, () => null).map((_, i) => randomIdentity(r, 256 + i));
  const prefixes = [...PREFIXES, ...BACKENDS.map((b) => parsePrefix(b).text)];
  const named = [{ document: prefixes } as unknown as StoredPolicy];
  return {
    mode: r.chance(0.05) ? 'never' : r.pick(['always', 'default'] as const),
    normal: r.some(2, 6, () => null).map((_, i) => randomNormal(r, `p${i}`)),
    identities: [...workloads, ...cidrIdentities(named)],
    namespaces: {},
    namedPorts: new Map(workloads.map((w) => [w.id, ports(r)])),
    services: randomServices(r),
    nodes: randomNodes(r),
    allowLocalHost: r.chance(0.4),
  };
}

/** A world of many rules about few ports. */
export function denseNormalWorld(r: Random): NormalWorld {
  const world = randomNormalWorld(r);
  return { ...world, normal: r.some(5, 12, () => null).map((_, i) => randomNormal(r, `d${i}`, nearPort)) };
}

/** A resolver that knows a whole world. */
export function resolverOfNormal(world: NormalWorld): Resolver {
  const resolver = new Resolver(world.mode);
  resolver.setAllowLocalHost(world.allowLocalHost ?? false);
  resolver.setNodes(world.nodes ?? []);
  for (const identity of world.identities) resolver.upsertIdentity(identity);
  for (const [identity, list] of world.namedPorts ?? []) resolver.setNamedPorts(identity, list);
  for (const policy of world.normal) resolver.setPolicy(policy);
  resolver.setServices(world.services ?? []);
  return resolver;
}

/** The subjects of a world: workloads, one without labels, the host. */
export function normalSubjects(world: NormalWorld): number[] {
  return [
    ...world.identities.filter((i) => i.id < IDENTITY.CIDR_FLAG).map((i) => i.id),
    IDENTITY.INIT,
    IDENTITY.HOST,
  ];
}

/** A packet near what rules name. */
export function randomQuery(r: Random, world: NormalWorld): Query {
  const remote = (world.nodes ?? []).map((n) => n.identity);
  const peer = r.pick([1, 6, 5, 9, 10, 11, ...remote, ...world.identities.map((i) => i.id)]);
  const cidr = world.identities.find((i) => i.id === peer)?.labels.find((l) => l.source === 'cidr')?.key;
  const family =
    peer === 9
      ? 4
      : peer === 10
        ? 6
        : cidr === undefined
          ? r.pick([4, 6] as const)
          : cidr.includes(':')
            ? 6
            : 4;
  const protocol = r.pick([6, 6, 6, 17, 1]);
  const direction: Direction = r.pick(['ingress', 'egress'] as const);
  const port =
    protocol === 1 ? r.pick([8 << 8, (8 << 8) | 3, 0]) : r.pick([80, 81, 82, 443, 64, 67, 500, 9000]);
  return { peer, family, direction, protocol, port };
}
