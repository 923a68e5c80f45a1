import { printable } from './printable.js';

/** What answers that come from the nodes' rings of flows tell of them. */
export interface FromRings {
  readonly flowsSince: string;
  readonly youngestNode: string;
  readonly silentNodes: readonly string[];
}

/** For people: since when flows are recorded, and which nodes are missing. A line each. */
export function ringLines({ flowsSince, youngestNode, silentNodes }: FromRings): string {
  const since =
    flowsSince === ''
      ? 'no node has answered: nothing is known of flows'
      : `recorded on all nodes that answered since ${flowsSince} (${youngestNode} begins then)`;
  const silent = silentNodes.length === 0 ? [] : [`no answer from ${silentNodes.join(', ')}`];
  return [since, ...silent].map((line) => `${printable(line)}\n`).join('');
}
