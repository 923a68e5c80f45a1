import { isDerivedKey } from './derived.js';
import { LabelError } from './errors.js';
import { compareText, isLabelSource, LABEL_SOURCES } from './label.js';
import type { Label, LabelSource, Labels } from './types.js';

/** A key in a selector. `any` meets each source of workload labels; on a derived key only the derived label. */
export interface SelectorKey {
  readonly source: LabelSource | 'any';
  readonly key: string;
}

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

/** One condition. `values` is empty for Exists and DoesNotExist. */
export interface Requirement extends SelectorKey {
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** All requirements must hold; none selects everything. `text` is canonical: equal selectors have equal texts. */
export interface Selector {
  readonly requirements: readonly Requirement[];
  readonly text: string;
}

/** The form in which documents write a selector. */
export interface SelectorDocument {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?:
    | readonly {
        readonly key: string;
        readonly operator: SelectorOperator;
        readonly values?: readonly string[] | null;
      }[]
    | null;
}

/** Reads `source:key` or `key` (any source). Throws LabelError for an unknown source or an empty key. */
export function parseSelectorKey(text: string): SelectorKey {
  const colon = text.indexOf(':');
  const source = colon < 0 ? 'any' : text.slice(0, colon);
  const key = colon < 0 ? text : text.slice(colon + 1);
  if (source !== 'any' && !isLabelSource(source))
    throw new LabelError(
      `key ${JSON.stringify(text)} has the unknown source ${JSON.stringify(source)}; known are any, ${LABEL_SOURCES.join(', ')}`,
    );
  if (key === '') throw new LabelError(`key ${JSON.stringify(text)} is empty`);
  return { source, key };
}

function requirement(key: string, operator: SelectorOperator, values: readonly string[]): Requirement {
  const wantsValues = operator === 'In' || operator === 'NotIn';
  if (wantsValues && values.length === 0)
    throw new LabelError(`${operator} on ${JSON.stringify(key)} needs values`);
  if (!wantsValues && values.length > 0)
    throw new LabelError(`${operator} on ${JSON.stringify(key)} takes no values`);
  return { ...parseSelectorKey(key), operator, values: [...new Set(values)].sort(compareText) };
}

function requirementText(r: Requirement): string {
  return JSON.stringify([r.source, r.key, r.operator, ...r.values]);
}

/** Makes a selector of requirements: duplicates removed, order made canonical. */
export function makeSelector(requirements: readonly Requirement[]): Selector {
  const byText = new Map(requirements.map((r) => [requirementText(r), r]));
  const texts = [...byText.keys()].sort(compareText);
  return { requirements: texts.flatMap((t) => byText.get(t) ?? []), text: texts.join('&') };
}

/** Reads matchLabels and matchExpressions. Throws LabelError as `parseSelectorKey` does, and for wrong numbers of values. */
export function parseSelector(document: SelectorDocument): Selector {
  const labels = Object.entries(document.matchLabels ?? {}).map(([key, value]) =>
    requirement(key, 'In', [value]),
  );
  const expressions = (document.matchExpressions ?? []).map((e) =>
    requirement(e.key, e.operator, e.values ?? []),
  );
  return makeSelector([...labels, ...expressions]);
}

/** Whether a label is meant by a selector's key. `any` never means the labels of prefixes: those are chosen by CIDR. */
export function keyMeets(key: SelectorKey, label: Label): boolean {
  if (key.key !== label.key) return false;
  if (key.source !== 'any') return key.source === label.source;
  return isDerivedKey(key.key) ? label.source === 'k8s' : label.source !== 'cidr';
}

function holds(r: Requirement, labels: Labels): boolean {
  let present = false;
  let met = false;
  for (const label of labels) {
    if (!keyMeets(r, label)) continue;
    present = true;
    met ||= r.values.includes(label.value);
  }
  switch (r.operator) {
    case 'In':
      return met;
    case 'NotIn': // an absent key is not in any list
      return !met;
    case 'Exists':
      return present;
    case 'DoesNotExist':
      return !present;
  }
}

/** Whether a set of labels meets all requirements of a selector. */
export function matches(selector: Selector, labels: Labels): boolean {
  return selector.requirements.every((r) => holds(r, labels));
}
