import { labelsKey, parsePrefix } from '@sluice/labels';
import { canBeNamed, type Target } from './ports.js';
import type { SeenFlow, SeenPeer } from './types.js';

/** More prefixes than this are the world: nobody reads them one by one. */
export const MOST_PREFIXES = 8;
/** Entities that rules can name and that somebody is. */
const ENTITIES = [
  'world',
  'world-ipv4',
  'world-ipv6',
  'host',
  'remote-node',
  'init',
  'health',
  'kube-apiserver',
];

/** One peer and all that it was seen at. */
export interface Need {
  readonly peer: SeenPeer;
  readonly targets: ReadonlyMap<string, Target>;
}

/** Equal for equal peers. */
export function peerKey(peer: SeenPeer): string {
  if (peer.type === 'labels') return `labels ${labelsKey(peer.labels)}`;
  return peer.type === 'prefix' ? `prefix ${peer.prefix}` : `entity ${peer.entity}`;
}

const worldOfPrefix = (prefix: string) => (parsePrefix(prefix).family === 4 ? 'world-ipv4' : 'world-ipv6');

/** Whether a rule can name the peer. */
const canBeChosen = (peer: SeenPeer): boolean =>
  peer.type === 'labels' ? peer.labels.length > 0 : peer.type === 'prefix' || ENTITIES.includes(peer.entity);

const nameOf = (peer: SeenPeer): string =>
  peer.type === 'labels'
    ? 'workloads whose labels were not known'
    : peer.type === 'prefix'
      ? peer.prefix
      : peer.entity;

type Needs = Map<string, { readonly peer: SeenPeer; readonly targets: Map<string, Target> }>;

function add(needs: Needs, peer: SeenPeer, targets: Iterable<Target>): void {
  const key = peerKey(peer);
  const need = needs.get(key) ?? { peer, targets: new Map<string, Target>() };
  needs.set(key, need);
  for (const target of targets) need.targets.set(`${target.protocol}/${target.port}`, target);
}

/** Prefixes become the world of their family where there are too many. */
function summarise(needs: Needs, notes: string[], direction: string): void {
  const prefixes = [...needs.values()].flatMap(({ peer, targets }) =>
    peer.type === 'prefix' ? [{ peer, targets }] : [],
  );
  if (prefixes.length <= MOST_PREFIXES) return;
  for (const { peer, targets } of prefixes) {
    needs.delete(peerKey(peer));
    add(needs, { type: 'entity', entity: worldOfPrefix(peer.prefix) }, targets.values());
  }
  notes.push(`${direction}: ${prefixes.length} prefixes were seen; the whole world stands for them`);
}

/** What the world of its family may, a prefix need not be told. */
function dropCovered(needs: Needs): void {
  for (const [key, { peer, targets }] of [...needs]) {
    if (peer.type !== 'prefix') continue;
    const world = needs.get(peerKey({ type: 'entity', entity: worldOfPrefix(peer.prefix) }));
    for (const target of world?.targets.keys() ?? []) targets.delete(target);
    if (targets.size === 0) needs.delete(key);
  }
}

/** What the flows of one direction need, by peer, in a fixed order; what no rule can say stands in `notes`. */
export function needsOf(flows: readonly SeenFlow[], direction: string, notes: string[]): Need[] {
  const needs: Needs = new Map();
  const unsaid = new Set<string>();
  for (const { peer, protocol, port } of flows) {
    if (!canBeChosen(peer)) unsaid.add(`${direction}: no rule can name ${nameOf(peer)}, which was seen`);
    else if (!canBeNamed({ protocol, port }))
      unsaid.add(
        `${direction}: protocol ${protocol} was seen; a rule lets it through only together with all others`,
      );
    else add(needs, peer, [{ protocol, port }]);
  }
  summarise(needs, notes, direction);
  dropCovered(needs);
  notes.push(...[...unsaid].sort());
  return [...needs.values()].sort((a, b) => (peerKey(a.peer) < peerKey(b.peer) ? -1 : 1));
}
