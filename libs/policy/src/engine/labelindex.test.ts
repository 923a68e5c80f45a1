import { makeLabels, makeSelector, matches, type Labels, type Requirement } from '@sluice/labels';
import { Random } from '../testing/random.js';
import { LabelIndex } from './labelindex.js';
import { matcher } from './matcher.js';
import { SelectorTable } from './selectortable.js';

const KEYS = ['app', 'tier', 'io.kubernetes.pod.namespace', '198.18.0.0/15'];
const VALUES = ['', 'a', 'b'];

function randomLabels(r: Random): Labels {
  const keys = KEYS.filter(() => r.chance(0.6));
  return makeLabels(
    keys.map((key) => ({
      source: key.includes('/') ? ('cidr' as const) : r.pick(['k8s', 'container'] as const),
      key,
      value: r.pick(VALUES),
    })),
  );
}

function randomSelector(r: Random) {
  const requirement = (): Requirement => {
    const operator = r.pick(['In', 'NotIn', 'Exists', 'DoesNotExist'] as const);
    const values = operator.endsWith('n') ? [r.pick(VALUES), ...(r.chance(0.5) ? [r.pick(VALUES)] : [])] : [];
    return { source: r.pick(['any', 'k8s', 'container', 'cidr']), key: r.pick(KEYS), operator, values };
  };
  return makeSelector(r.some(0, 3, requirement));
}

describe('the label index', () => {
  it('finds those that a selector meets, and the selectors that meet labels, after any changes', () => {
    const index = new LabelIndex();
    const everybody = new Map<number, Labels>();
    const r = new Random(77);
    let found = 0;
    for (let step = 0; step < 3000; step++) {
      const id = r.int(1, 40);
      const labels = r.chance(0.3) ? null : randomLabels(r);
      index.set(id, labels);
      if (labels) everybody.set(id, labels);
      else everybody.delete(id);
      const selector = randomSelector(r);
      const wanted = [...everybody].filter(([, l]) => matches(selector, l)).map(([i]) => i);
      expect(index.selectIds(selector).sort((a, b) => a - b)).toEqual(wanted.sort((a, b) => a - b));
      found += wanted.length;
      const table = new SelectorTable<number>();
      table.add(selector, 1);
      for (const l of everybody.values()) {
        expect(matcher(selector)(l)).toBe(matches(selector, l));
        if (matches(selector, l)) expect(table.candidates(l)).toContain(1);
      }
      table.delete(selector, 1);
      expect(table.candidates(randomLabels(r))).toEqual([]);
    }
    expect(found).toBeGreaterThan(3000);
  });
});
