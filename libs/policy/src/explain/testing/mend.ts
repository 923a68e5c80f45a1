import {
  cidrLabels,
  IDENTITY,
  isDerivedKey,
  makeLabels,
  parsePrefix,
  reservedLabels,
  worldOf,
  type Label,
  type Labels,
  type Requirement,
} from '@sluice/labels';
import type { NamedPorts, World } from '../../types.js';
import type { SideQuestion, Unmet } from '../types.js';

/** Numbers that no generated world uses. */
const NEW_SUBJECT = 60_001;
const NEW_PEER = 60_002;
const NEW_PREFIX = IDENTITY.CIDR_FLAG + 60_003;
const NEW_NODE = IDENTITY.CIDR_FLAG * 2 + 60_004;
const ADDRESS = '203.0.113.77';

export interface Asked {
  readonly world: World;
  readonly question: SideQuestion;
}

const OWN_SOURCES = ['k8s', 'container', 'user'] as const;
/** Values of labels in generated worlds, and one of none. */
const VALUES = ['x', 'front', 'back', 'web', 'orders', 'db', '', 'shop', 'bank', 'lab', 'a', 'b', 'control'];

/**
 * Sets of labels that differ in one key. Others of a selector's requirements may speak of the same key, of one source or of any:
 * one label or two of different sources meet all that can be met together.
 */
function withRequirement(labels: Labels, { source, key, values }: Requirement): Labels[] {
  const others = labels.filter((l) => l.key !== key || l.source === 'cidr');
  const sources =
    isDerivedKey(key) || source === 'reserved' ? [source === 'any' ? 'k8s' : source] : OWN_SOURCES;
  const said = labels.filter((l) => l.key === key).map((l) => l.value);
  const all = [...new Set([...values, ...said, ...VALUES])];
  const single = sources.flatMap((s) => all.map((value): Label => ({ source: s, key, value })));
  const pairs = single.flatMap((a) => single.flatMap((b) => (a.source < b.source ? [[a, b]] : [])));
  return [[], ...single.map((l) => [l]), ...pairs].map((added) => makeLabels([...others, ...added]));
}

function labelsOf(world: World, identity: number): Labels {
  if (identity < IDENTITY.CLUSTER_MIN) return reservedLabels(identity);
  if (world.nodes?.some((n) => n.identity === identity)) return reservedLabels(IDENTITY.REMOTE_NODE);
  return world.identities.find((i) => i.id === identity)?.labels ?? [];
}

/** The world with somebody new in the place of one end, who has that end's named ports. */
function replaced(
  { world, question }: Asked,
  end: 'subject' | 'peer',
  id: number,
  labels: Labels | null,
): Asked {
  const ports = world.namedPorts?.get(question[end]);
  return {
    world: {
      ...world,
      identities: labels ? [...world.identities, { id, labels }] : world.identities,
      ...(ports ? { namedPorts: new Map([...(world.namedPorts ?? []), [id, ports]]) } : {}),
    },
    question: { ...question, [end]: id },
  };
}

function mendLabel(asked: Asked, { of, node, requirement }: Extract<Unmet, { what: 'label' }>): Asked[] {
  const { world, question } = asked;
  const identity = question[of];
  if (node) {
    // A new node in the place of the peer: it could be the subject too.
    const id = of === 'subject' ? identity : NEW_NODE;
    const own = world.nodes?.find((n) => n.identity === identity);
    const mended = of === 'subject' ? asked : replaced(asked, 'peer', id, null);
    return withRequirement(own?.labels ?? [], requirement).map((labels) => {
      const others = (world.nodes ?? []).filter((n) => n.identity !== id);
      const nodes = [...others, { name: 'mended', local: false, ...own, identity: id, labels }];
      return { ...mended, world: { ...mended.world, nodes } };
    });
  }
  const id = of === 'subject' ? NEW_SUBJECT : NEW_PEER;
  return withRequirement(labelsOf(world, identity), requirement).map((l) => replaced(asked, of, id, l));
}

function mendName(asked: Asked, name: string): Asked {
  const { world, question } = asked;
  const { direction, subject, peer, protocol, port } = question;
  const lists: NamedPorts = [[{ name, protocol, port }]];
  const owner = direction === 'ingress' ? subject : peer;
  const namedPorts = new Map([...(world.namedPorts ?? []), [owner, lists] as const]);
  const { ports: _ports, ...rest } = question;
  return { world: { ...world, namedPorts }, question: rest };
}

function mendIdentity(asked: Asked, identity: number): Asked {
  if (identity === IDENTITY.CLUSTER) return replaced(asked, 'peer', NEW_PEER, []);
  const mended = replaced(asked, 'peer', identity, null);
  const family = identity === IDENTITY.WORLD_IPV4 ? 4 : identity === IDENTITY.WORLD_IPV6 ? 6 : null;
  return family === null ? mended : { ...mended, question: { ...mended.question, family } };
}

function mendPrefix(asked: Asked, text: string): Asked {
  const prefix = parsePrefix(text);
  const labels = makeLabels([{ source: 'cidr', key: prefix.text, value: '' }, ...reservedLabels(worldOf(prefix.family))]);
  const mended = replaced(asked, 'peer', NEW_PREFIX, labels);
  return { ...mended, question: { ...mended.question, family: prefix.family } };
} // prettier-ignore

function mendService(asked: Asked, scope: string | null, name: string): Asked {
  const address = parsePrefix(ADDRESS);
  const mended = replaced(asked, 'peer', NEW_PREFIX, cidrLabels(address, []));
  const service = { scope: scope ?? 'shop', name, labels: [], selector: null, backends: [ADDRESS] };
  return {
    world: { ...mended.world, services: [...(mended.world.services ?? []), service] },
    question: { ...mended.question, family: 4 },
  };
}

function mendNode({ world, question }: Asked): Asked {
  const node = { name: 'new', labels: [], local: false, identity: NEW_NODE };
  const mended = replaced({ world, question }, 'peer', NEW_NODE, null);
  return { ...mended, world: { ...mended.world, nodes: [...(world.nodes ?? []), node] } };
}

/** The same question in worlds that differ in the one thing that did not hold: in at least one of them it does. */
export function mend(asked: Asked, unmet: Unmet): Asked[] {
  return unmet.what === 'label' ? mendLabel(asked, unmet) : [mendOther(asked, unmet)];
}

function mendOther(asked: Asked, unmet: Exclude<Unmet, { what: 'label' }>): Asked {
  const { question } = asked;
  switch (unmet.what) {
    case 'port':
      return { ...asked, question: { ...question, port: unmet.nearest } };
    case 'protocol':
      return { ...asked, question: { ...question, protocol: unmet.wanted } };
    case 'named-port':
      return mendName(asked, unmet.name);
    case 'identity':
      return mendIdentity(asked, unmet.identity);
    case 'prefix':
      return mendPrefix(asked, unmet.prefix);
    case 'node':
      return mendNode(asked);
    case 'service':
      return mendService(asked, unmet.scope, unmet.name);
  }
}
