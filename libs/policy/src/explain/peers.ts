import {
  contains,
  IDENTITY,
  isCidr,
  isCluster,
  parsePrefix,
  peerClass,
  type Labels,
  type Selector,
} from '@sluice/labels';
import type { CompiledRule } from '../engine/compile.js';
import type { Chooser } from '../engine/selectors.js';
import type { NodeInput, ServiceInput } from '../types.js';
import { onlyFailed } from './requirements.js';
import type { Unmet } from './types.js';

/** The other end of a connection, as rules see it. */
export interface PeerView {
  readonly identity: number;
  readonly family: 4 | 6;
  readonly labels: Labels;
  /** Where it is a node that is known. */
  readonly node: NodeInput | null;
  readonly addresses: readonly string[];
}

/** What of some alternatives is not met: nothing (the empty list), one thing each, or null where more than one thing fails. */
export type Unmets = readonly Unmet[] | null;

const MET: readonly Unmet[] = [];
/** Met by no labels: nobody has this address, or it is a number that no packet bears. */
const NOBODY: readonly number[] = [IDENTITY.UNKNOWN, IDENTITY.WORLD];

function byIdentity(identity: number, peer: PeerView): Unmets {
  const met = identity === IDENTITY.ANY || identity === peer.identity || identity === peerClass(peer.identity, peer.family); // prettier-ignore
  return met ? MET : [{ what: 'identity', identity }];
}

/** What nodes are beside their own numbers: told-apart ones are remote nodes too, and those with the API serve it. */
const NODE_ENTITIES: ReadonlyMap<number, string> = new Map([
  [IDENTITY.REMOTE_NODE, 'remote-node'],
  [IDENTITY.KUBE_APISERVER, 'kube-apiserver'],
]);

function isEntity(identity: number, { labels }: PeerView): boolean {
  const key = NODE_ENTITIES.get(identity);
  return key !== undefined && labels.some((l) => l.source === 'reserved' && l.key === key);
}

/** Outside of the cluster: what CIDR peers can mean. */
function isOutside({ identity }: PeerView): boolean {
  return isCidr(identity) || identity === IDENTITY.WORLD_IPV4 || identity === IDENTITY.WORLD_IPV6;
}

function byPrefix({ prefix, except }: Extract<Chooser, { type: 'cidr' }>, peer: PeerView): Unmets {
  const has = (text: string) => peer.labels.some((l) => l.source === 'cidr' && l.key === text);
  if (isOutside(peer)) {
    if (!has(prefix)) return [{ what: 'prefix', prefix, except: null, workload: null }];
    const inside = except.find(has);
    return inside === undefined ? MET : [{ what: 'prefix', prefix, except: inside, workload: null }];
  }
  const outer = parsePrefix(prefix);
  const inside = (text: string) => {
    const address = parsePrefix(text);
    return contains(outer, address) && !except.some((e) => contains(parsePrefix(e), address));
  };
  const workload = peer.addresses.find(inside);
  return workload === undefined ? null : [{ what: 'prefix', prefix, except: null, workload }];
}

function byLabels(selector: Selector, labels: Labels, node: boolean): Unmets {
  const failed = onlyFailed(selector, labels);
  if (failed === 'met') return MET;
  return failed && [{ what: 'label', of: 'peer', node, ...failed }];
}

function byNode({ selector, local }: Extract<Chooser, { type: 'nodes' }>, { node }: PeerView): Unmets {
  if (!node) return selector.requirements.length === 0 ? [{ what: 'node', itself: false }] : null;
  const unmet = byLabels(selector, node.labels, true);
  if (local || !node.local) return unmet;
  return unmet?.length === 0 ? [{ what: 'node', itself: true }] : null;
}

function unmetBy(chooser: Chooser, peer: PeerView): Unmets {
  switch (chooser.type) {
    case 'identity':
      return isEntity(chooser.identity, peer) ? MET : byIdentity(chooser.identity, peer);
    case 'labels':
      return NOBODY.includes(peer.identity) ? null : byLabels(chooser.selector, peer.labels, false);
    case 'nodes':
      if (peer.node?.local && !chooser.local) return null;
      return byNode(chooser, peer);
    case 'cidr':
      return byPrefix(chooser, peer);
  }
}

/** What keeps a rule from meeting a peer: nothing, or each of the ways in which one thing would be enough; null where none is. */
export function unmetPeers(rule: CompiledRule, peer: PeerView, services: readonly ServiceInput[]): Unmets {
  const ways: Unmet[] = [];
  for (const chooser of rule.choosers) {
    const unmet = unmetBy(chooser, peer);
    if (unmet?.length === 0) return MET;
    ways.push(...(unmet ?? []));
  }
  if (!isCluster(peer.identity) && !isOutside(peer)) return ways.length > 0 ? ways : null;
  for (const named of rule.rule.peers) {
    if (named.type !== 'service') continue;
    const { scope, name } = named;
    if (!services.some((s) => (scope === null || s.scope === scope) && s.name === name))
      ways.push({ what: 'service', scope, name });
  }
  return ways.length > 0 ? ways : null;
}
