import type { RecordedFlow } from '@sluice/api';

/**
 * Rows alike of all nodes as one, with their counts added and without a node where they were on several; most counted first. Equal
 * counts: newest first.
 */
export function grouped(flows: readonly RecordedFlow[]): RecordedFlow[] {
  const groups = new Map<string, RecordedFlow>();
  for (const flow of flows) {
    const { node, count, first, last, ...alike } = flow;
    const key = JSON.stringify(alike);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { ...flow });
    else {
      known.count += count;
      if (known.node !== node) known.node = '';
      if (first < known.first) known.first = first;
      if (last > known.last) known.last = last;
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.last < b.last ? 1 : -1));
}
