import { IDENTITY, isCidr, type Labels } from '@sluice/labels';
import type { OracleQuestion } from '../oracle/index.js';
import type { Direction, World } from '../types.js';
import { PORTS } from './maker.js';
import type { Random } from './random.js';

const RESERVED_PEERS = [IDENTITY.HOST, IDENTITY.REMOTE_NODE, IDENTITY.INIT, IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6, IDENTITY.UNKNOWN]; // prettier-ignore

/** Whether a whole family is a named prefix, so that nothing bears its plain `world` identity. */
function isNamedWhole(world: World, bits: string): boolean {
  const only = (labels: Labels) => labels.filter((l) => l.source === 'cidr').every((l) => l.key === bits);
  return world.identities.some((i) => isCidr(i.id) && only(i.labels));
}

const texts = new WeakMap<World, string>();

/** Whether the documents of a world say this somewhere. */
function says(world: World, words: string): boolean {
  let text = texts.get(world);
  if (text === undefined) texts.set(world, (text = JSON.stringify(world.policies)));
  return text.includes(words);
}

/** Peers that a packet in this world can have. */
export function peersOf(world: World): number[] {
  const gone = [
    ...(isNamedWhole(world, '0.0.0.0/0') ? [IDENTITY.WORLD_IPV4] : []),
    ...(isNamedWhole(world, '::/0') ? [IDENTITY.WORLD_IPV6] : []),
  ];
  const special = ['"kube-apiserver"', '"health"'].some((words) => says(world, words))
    ? [IDENTITY.HEALTH, IDENTITY.KUBE_APISERVER]
    : [];
  const remote = (world.nodes ?? []).filter((n) => !n.local).map((n) => n.identity);
  return [
    ...RESERVED_PEERS.filter((n) => !gone.includes(n as 9)),
    ...special,
    ...remote,
    ...world.identities.map((i) => i.id),
  ];
}

/** The local subjects of a world: its workloads, and the workload that has no labels yet. */
export function subjectsOf(world: World): number[] {
  return [...world.identities.filter((i) => i.id < IDENTITY.CIDR_FLAG).map((i) => i.id), IDENTITY.INIT];
}

/** The same, and the host where the world has nodes. */
export function subjectsWithHost(world: World): number[] {
  return [...subjectsOf(world), ...(world.nodes ? [IDENTITY.HOST] : [])];
}

/** The family of a peer's addresses where its number says it, else any. */
function familyOf(r: Random, world: World, peer: number): 4 | 6 {
  if (peer === IDENTITY.WORLD_IPV4) return 4;
  if (peer === IDENTITY.WORLD_IPV6) return 6;
  const labels = isCidr(peer) ? world.identities.find((i) => i.id === peer)?.labels : undefined;
  const prefix = labels?.find((l) => l.source === 'cidr')?.key;
  if (prefix !== undefined) return prefix.includes(':') ? 6 : 4;
  return r.pick([4, 6] as const);
}

/** ICMP types that rules of random worlds name, and some beside them. */
const TYPES = { 1: [0, 3, 8, 8, 11], 58: [2, 128, 128, 129, 1] } as const;

interface Target {
  readonly protocol: number;
  readonly port: number;
}

export function randomTarget(r: Random, world: World, owner: number): Target {
  const named = r.chance(0.35) ? (world.namedPorts?.get(owner) ?? []).flat() : [];
  if (named.length > 0) return r.pick(named);
  const protocol = r.pick(
    says(world, '"icmps"') ? [6, 17, 132, 1, 1, 58, 58] : [6, 6, 6, 17, 17, 132, 132, 1, 58],
  );
  if (protocol === 1 || protocol === 58)
    return { protocol, port: (r.pick(TYPES[protocol]) << 8) | r.pick([0, 0, 1]) };
  const near = Math.min(65535, Math.max(0, r.pick(PORTS) + r.pick([-1, 0, 0, 0, 0, 0, 1, 10, 999])));
  return { protocol, port: r.chance(0.9) ? near : r.int(0, 65535) };
}

/** A packet between two that are given, mostly at a port near those that rules name. ICMP carries type << 8 | code. */
export function questionAbout(
  r: Random,
  world: World,
  subject: number,
  peer: number,
  direction: Direction,
): OracleQuestion {
  const { protocol, port } = randomTarget(r, world, direction === 'ingress' ? subject : peer);
  const lists = world.namedPorts?.get(subject) ?? [];
  const own = lists.length > 1 ? { ports: r.pick(lists) } : {};
  return { subject, peer, family: familyOf(r, world, peer), direction, protocol, port, ...own };
}

/** A packet that could be seen in this world. */
export function randomQuestion(r: Random, world: World, subject: number): OracleQuestion {
  const peers = peersOf(world);
  const reserved = peers.filter((n) => n < IDENTITY.CLUSTER_MIN || n >= IDENTITY.CIDR_FLAG * 2);
  const peer = r.pick(r.chance(0.35) ? reserved : peers);
  return questionAbout(r, world, subject, peer, r.pick(['ingress', 'egress']));
}
