import { labelsKey, type Labels } from '@sluice/labels';
import { stringify } from 'yaml';
import type { Direction } from '../types.js';
import { needsOf, peerKey, type Need } from './needs.js';
import { portParts, type PortPart } from './ports.js';
import { namespaceOf, select, type Selection } from './select.js';
import type { SeenPeer, SuggestInput, Suggestion } from './types.js';

const DEFAULT_SCOPE = 'default';
const FIELDS: Readonly<Record<Direction, 'from' | 'to'>> = { ingress: 'from', egress: 'to' };

type Rule = Readonly<Record<string, unknown>>;
type PeerOfRule = Selection | string;

/** Peers of one type that need the same ports: they stand in one rule. */
interface Group {
  readonly type: SeenPeer['type'];
  readonly need: Need;
  readonly peers: PeerOfRule[];
}

const FIELD: Readonly<Record<SeenPeer['type'], string>> = {
  labels: 'Endpoints',
  prefix: 'CIDR',
  entity: 'Entities',
};

/** The known workloads that must not have all that this peer needs. */
function unwanted(
  { peer, targets }: Need,
  needs: ReadonlyMap<string, Need>,
  known: readonly Labels[],
): Labels[] {
  if (peer.type !== 'labels') return [];
  return known.filter((labels) => {
    const own = needs.get(peerKey({ type: 'labels', labels }))?.targets;
    return own === undefined || [...targets.keys()].some((target) => !own.has(target));
  });
}

function rulesOf(input: SuggestInput, scope: string, direction: Direction, notes: string[]): Rule[] {
  const flows = input.flows.filter((flow) => flow.direction === direction);
  const needs = needsOf(flows, direction, notes);
  if (needs.length === 0) notes.push(`${direction}: nothing was seen, and nothing is let through`);
  const byPeer = new Map(needs.map((need) => [peerKey(need.peer), need]));
  const groups = new Map<string, Group>();
  let narrowed = false;
  for (const need of needs) {
    const { peer, targets } = need;
    const key = JSON.stringify([peer.type, [...targets.keys()].sort()]);
    const group = groups.get(key) ?? { type: peer.type, need, peers: [] };
    groups.set(key, group);
    if (peer.type !== 'labels') group.peers.push(peer.type === 'prefix' ? peer.prefix : peer.entity);
    else {
      const chosen = select(peer.labels, scope, unwanted(need, byPeer, input.known));
      narrowed ||= chosen.narrowed;
      group.peers.push(chosen.selection);
    }
  }
  if (narrowed)
    notes.push(`${direction}: some selectors exclude workloads with more labels, which were not seen`);
  const rule = ({ type, peers }: Group, ports: PortPart): Rule => ({
    [`${FIELDS[direction]}${FIELD[type]}`]: peers,
    ...ports,
  });
  return [...groups.values()].flatMap((group) =>
    portParts([...group.need.targets.values()]).map((ports) => rule(group, ports)),
  );
}

/** YAML that no terminal obeys: labels may hold control characters above ASCII, which the library quotes but leaves as they are. */
function textOf(document: object): string {
  const text = stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
  return text.replace(/[\u0080-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
}

/**
 * The least native Policy that lets through what was seen of a subject: it selects the workloads of its labels and no other known
 * ones, isolates them in both directions, and allows each peer the ports at which it was seen. Prefixes stand for all that is in
 * them, and a label selector for all workloads to come that have those labels. What no rule can say is told in the notes.
 */
export function suggest(input: SuggestInput): Suggestion {
  const notes: string[] = [];
  const scope = namespaceOf(input.labels) ?? DEFAULT_SCOPE;
  const own = labelsKey(input.labels);
  const others = input.known.filter((labels) => labelsKey(labels) !== own);
  const subject = select(input.labels, scope, others);
  if (namespaceOf(input.labels) === null)
    notes.push('the workload has no namespace: no Policy can select it');
  if (subject.narrowed) notes.push('endpointSelector excludes workloads with more labels');
  const document = {
    apiVersion: 'sluice.dev/v1',
    kind: 'Policy',
    metadata: { name: input.name, namespace: scope },
    spec: {
      endpointSelector: subject.selection,
      enableDefaultDeny: { ingress: true, egress: true },
      ingress: rulesOf(input, scope, 'ingress', notes),
      egress: rulesOf(input, scope, 'egress', notes),
    },
  };
  return { document, text: textOf(document), notes };
}
