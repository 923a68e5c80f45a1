import { IDENTITY, LabelError, parsePrefix } from '@sluice/labels';
import type { OracleQuestion } from '../oracle/index.js';
import type { Party, TestWorld } from './world.js';

type Family = 4 | 6;

/** What a name in an expectation stands for. */
export interface End {
  readonly party: Party | null;
  /** What it is in the eyes of a subject on a node; two where `world` means both families. */
  readonly variants: readonly {
    readonly family: Family | null;
    readonly identity: (node: string) => number;
  }[];
  /** Where its own policy is judged, and as whom; null where nobody has policy for it. */
  readonly subject: { readonly node: string; readonly identity: number } | null;
}

const ENTITIES: Readonly<Record<string, readonly (readonly [number, Family | null])[]>> = {
  host: [[IDENTITY.HOST, null]],
  'remote-node': [[IDENTITY.REMOTE_NODE, null]],
  world: [
    [IDENTITY.WORLD_IPV4, 4],
    [IDENTITY.WORLD_IPV6, 6],
  ],
  'world-ipv4': [[IDENTITY.WORLD_IPV4, 4]],
  'world-ipv6': [[IDENTITY.WORLD_IPV6, 6]],
  'kube-apiserver': [[IDENTITY.KUBE_APISERVER, null]],
  init: [[IDENTITY.INIT, null]],
  none: [[IDENTITY.UNKNOWN, null]],
};

/** Names that expectations may use for what is no workload. */
export const ENTITY_NAMES = Object.keys(ENTITIES);

function ofParty(world: TestWorld, party: Party, family: Family | null): End {
  const identity = (node: string) => {
    if (!party.host) return party.identity;
    const seen = world.world(node).nodes?.find((n) => n.name === party.node);
    return seen?.identity ?? IDENTITY.REMOTE_NODE;
  };
  return { party, variants: [{ family, identity }], subject: { node: party.node, identity: party.identity } };
}

function byName(world: TestWorld, text: string): Party | string {
  const exact = world.parties.get(text) ?? world.parties.get(`default/${text}`);
  if (exact) return exact;
  const found = text.includes('/')
    ? []
    : [...world.parties.values()].filter((p) => p.name.endsWith(`/${text}`) && !p.host);
  const [only, second] = found;
  if (only && !second) return only;
  if (only) return `${JSON.stringify(text)} could be ${found.map((p) => p.name).join(' or ')}`;
  if (text.startsWith('node/')) {
    const name = text.slice('node/'.length);
    const known = [...world.parties.values()].some((p) => p.node === name);
    if (known)
      return {
        name: text,
        node: name,
        identity: IDENTITY.HOST,
        host: true,
        labels: [],
        ports: [],
        families: [],
      };
  }
  return `there is no workload ${JSON.stringify(text)}`;
}

function ofAddress(world: TestWorld, text: string): End | null {
  if (!/[.:]/.test(text) || text.includes('/')) return null;
  try {
    const prefix = parsePrefix(text);
    const party = world.byAddress.get(prefix.text);
    if (party) return ofParty(world, party, prefix.family);
    const identity = world.identityOfAddress(prefix);
    return { party: null, variants: [{ family: prefix.family, identity: () => identity }], subject: null };
  } catch (error) {
    if (error instanceof LabelError) return null;
    throw error;
  }
}

/** Addresses that no narrower prefix contains: where policies name the prefix of all addresses, they have its identity. */
function outside(world: TestWorld, family: Family): number {
  return world.identityOfAddress(parsePrefix(family === 4 ? '0.0.0.0/0' : '::/0'));
}

/** Finds what a name means: a workload, a node, an entity or an address. A text says why it means nothing. */
export function endOf(world: TestWorld, text: string): End | string {
  const entity = Object.hasOwn(ENTITIES, text) ? ENTITIES[text] : undefined;
  if (entity)
    return {
      party: null,
      variants: entity.map(([identity, family]) => {
        const seen = family ? outside(world, family) : identity;
        return { family, identity: () => seen };
      }),
      subject: text === 'init' ? { node: 'node-1', identity: IDENTITY.INIT } : null,
    };
  const address = ofAddress(world, text);
  if (address) return address;
  const party = byName(world, text);
  return typeof party === 'string' ? party : ofParty(world, party, null);
}

/** What a packet says beside its two ends. */
export interface PacketPart {
  readonly protocol: number;
  readonly port: number;
  readonly family: Family;
}

/** The two questions of a connection; null where that end has no policy of ours. */
export function questionsOf(
  from: End,
  to: End,
  variants: { readonly from: End['variants'][number]; readonly to: End['variants'][number] },
  packet: PacketPart,
): {
  readonly egress: { readonly node: string; readonly question: OracleQuestion } | null;
  readonly ingress: { readonly node: string; readonly question: OracleQuestion } | null;
} {
  const self = from.party !== null && from.party === to.party;
  const ask = (mine: End, other: End['variants'][number], direction: 'egress' | 'ingress') => {
    if (!mine.subject) return null;
    const { node, identity } = mine.subject;
    const question: OracleQuestion = {
      subject: identity,
      peer: other.identity(node),
      direction,
      ...packet,
      ...(self ? { self } : {}),
      ...(mine.party && !mine.party.host ? { ports: mine.party.ports } : {}),
    };
    return { node, question };
  };
  return { egress: ask(from, variants.to, 'egress'), ingress: ask(to, variants.from, 'ingress') };
}
