import { keyMeets, type Label, type Labels, type Requirement, type Selector } from '@sluice/labels';
import { contradiction } from '../lint/logic.js';

/** A requirement that labels do not meet. */
export interface FailedRequirement {
  readonly requirement: Requirement;
  /** The label that has another value or must not be there; null: there is none of that key. */
  readonly label: Label | null;
}

/** Null where the requirement holds. */
function failed(requirement: Requirement, labels: Labels): FailedRequirement | null {
  const { operator, values } = requirement;
  const present = labels.filter((label) => keyMeets(requirement, label));
  const [first = null] = present;
  const listed = present.find((label) => values.includes(label.value)) ?? null;
  switch (operator) {
    case 'In':
      return listed ? null : { requirement, label: first };
    case 'NotIn':
      return listed ? { requirement, label: listed } : null;
    case 'Exists':
      return first ? null : { requirement, label: null };
    case 'DoesNotExist':
      return first ? { requirement, label: first } : null;
  }
}

/**
 * The one requirement of a selector that labels do not meet: `met` where all hold, null where more than one fails or none could
 * ever hold beside the others.
 */
export function onlyFailed(selector: Selector, labels: Labels): FailedRequirement | 'met' | null {
  let found: FailedRequirement | null = null;
  for (const requirement of selector.requirements) {
    const one = failed(requirement, labels);
    if (!one) continue;
    if (found) return null;
    found = one;
  }
  if (!found) return 'met';
  return contradiction(selector) === null ? found : null;
}
