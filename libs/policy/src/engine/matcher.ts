import { isDerivedKey, type Label, type Labels, type Requirement, type Selector } from '@sluice/labels';

/** The requirements that name labels of which something that meets them has one. The others say what it must not have. */
export function isPositive(r: Requirement): boolean {
  return r.operator === 'In' || r.operator === 'Exists';
}

/** One requirement made ready to be asked often. */
function asker(r: Requirement): (labels: Labels) => boolean {
  const { key, operator } = r;
  const source = r.source === 'any' && isDerivedKey(key) ? 'k8s' : r.source;
  const [only] = r.values.length === 1 ? r.values : [null];
  const values = new Set(r.values);
  const byValue = operator === 'In' || operator === 'NotIn';
  const wanted = operator === 'In' || operator === 'Exists';
  const fits = (l: Label) => (source === 'any' ? l.source !== 'cidr' : l.source === source);
  return (labels) => {
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      if (label.key !== key || !fits(label)) continue;
      if (!byValue || (only === null ? values.has(label.value) : label.value === only)) return wanted;
    }
    return !wanted;
  };
}

/** The same as `matches` of the labels library, for one selector and many labels. */
export function matcher(selector: Selector): (labels: Labels) => boolean {
  const askers = selector.requirements.map(asker);
  return (labels) => {
    for (const ask of askers) if (!ask(labels)) return false;
    return true;
  };
}
