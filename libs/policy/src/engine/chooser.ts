import { IDENTITY, makeSelector } from '@sluice/labels';
import type { Peer } from '../normal/form.js';

/** What chooses peers by itself: services have become labels or prefixes. */
export type Chooser = Extract<Peer, { type: 'identity' | 'labels' | 'cidr' | 'nodes' }>;

/** Equal choosers and only those have equal keys. */
function chooserKey(chooser: Chooser): string {
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

const reserved = (key: string): Chooser => ({
  type: 'labels',
  selector: makeSelector([{ source: 'reserved', key, operator: 'Exists', values: [] }]),
});

/** Entities that nodes can be beside the one whose number they have: a told-apart node is a remote node, one with the API serves it. */
const BY_LABEL: ReadonlyMap<number, Chooser> = new Map([
  [IDENTITY.REMOTE_NODE, reserved('remote-node')],
  [IDENTITY.KUBE_APISERVER, reserved('kube-apiserver')],
]);

/** The peers of a rule, ready to be looked for: equal ones have equal keys. */
export interface WantedPeers {
  readonly key: string;
  readonly choosers: readonly { readonly key: string; readonly chooser: Chooser }[];
}

/** Brings choosers into the one order, each once. */
export function wantedPeers(choosers: readonly Chooser[]): WantedPeers {
  const byKey = new Map(choosers.map(canonical).map((c) => [chooserKey(c), c]));
  const keys = [...byKey.keys()].sort();
  return { key: keys.join('\n'), choosers: keys.map((key) => ({ key, chooser: byKey.get(key)! })) };
}

/** The same peers as one chooser. */
function canonical(chooser: Chooser): Chooser {
  return (chooser.type === 'identity' && BY_LABEL.get(chooser.identity)) || chooser;
}
