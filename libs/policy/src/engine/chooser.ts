import { IDENTITY, makeSelector } from '@sluice/labels';
import type { Peer } from '../normal/form.js';

/** What chooses peers by itself: services have become labels or prefixes. */
export type Chooser = Extract<Peer, { type: 'identity' | 'labels' | 'cidr' | 'nodes' }>;

/** Equal choosers and only those have equal keys. */
export function chooserKey(chooser: Chooser): string {
  switch (chooser.type) {
    case 'identity':
      return `i ${chooser.identity}`;
    case 'labels':
      return `l ${chooser.selector.text}`;
    case 'nodes':
      return `n ${chooser.local} ${chooser.selector.text}`;
    case 'cidr':
      return `c ${chooser.prefix} ${chooser.except.join(' ')}`;
  }
}

const REMOTE = makeSelector([{ source: 'reserved', key: 'remote-node', operator: 'Exists', values: [] }]);

/** The same peers as one chooser; told-apart remote nodes are remote nodes too. */
export function canonical(chooser: Chooser): Chooser {
  return chooser.type === 'identity' && chooser.identity === IDENTITY.REMOTE_NODE
    ? { type: 'labels', selector: REMOTE }
    : chooser;
}
