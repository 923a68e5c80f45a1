import { IDENTITY } from '@sluice/labels';
import type { ConnectionEnd } from './connection.js';

type Views = ConnectionEnd['views'];

const view = (identity: number, family: 4 | 6 | null = null): Views[number] => ({
  family,
  identity: () => identity,
});

const ENTITIES: Readonly<Record<string, Views>> = {
  host: [view(IDENTITY.HOST)],
  'remote-node': [view(IDENTITY.REMOTE_NODE)],
  world: [view(IDENTITY.WORLD_IPV4, 4), view(IDENTITY.WORLD_IPV6, 6)],
  'world-ipv4': [view(IDENTITY.WORLD_IPV4, 4)],
  'world-ipv6': [view(IDENTITY.WORLD_IPV6, 6)],
  'kube-apiserver': [view(IDENTITY.KUBE_APISERVER)],
  health: [view(IDENTITY.HEALTH)],
  init: [view(IDENTITY.INIT)],
  none: [view(IDENTITY.UNKNOWN)],
};

/** How subjects see an entity; null for a name that is none. */
export function entityViews(name: string): Views | null {
  return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? null) : null;
}

/** Names of entities that a party can be. */
export const PARTY_ENTITIES = Object.keys(ENTITIES);
