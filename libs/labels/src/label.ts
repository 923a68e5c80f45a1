import { createHash } from 'node:crypto';
import { LabelError } from './errors.js';
import type { Label, LabelSource, Labels } from './types.js';

/** Every source that a label can have. */
export const LABEL_SOURCES: readonly LabelSource[] = ['k8s', 'container', 'host', 'user', 'reserved', 'cidr'];

const MAX_KEY = 512;
const MAX_VALUE = 4096;

/** Whether `text` is the name of a label source. */
export function isLabelSource(text: string): text is LabelSource {
  return (LABEL_SOURCES as readonly string[]).includes(text);
}

/** Byte order of UTF-8: the same on every machine, unlike a locale's; unlike `<` also beyond the basic plane. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  // eslint-disable-next-line no-control-regex
  if (/^[\u0000-\ud7ff]*$/.test(a) && /^[\u0000-\ud7ff]*$/.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

// Control characters would make two labels look alike in every output.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

function checkLabel(label: Label, shown: string): Label {
  if (label.key === '') throw new LabelError(`label ${JSON.stringify(shown)} has an empty key`);
  if (label.key.includes('=')) throw new LabelError(`the key of label ${JSON.stringify(shown)} contains "="`);
  if (label.key.length > MAX_KEY)
    throw new LabelError(`the key of a label is longer than ${MAX_KEY} characters`);
  if (label.value.length > MAX_VALUE)
    throw new LabelError(
      `the value of label ${JSON.stringify(label.key)} is longer than ${MAX_VALUE} characters`,
    );
  if (CONTROL.test(label.key) || CONTROL.test(label.value))
    throw new LabelError(`label ${JSON.stringify(shown)} contains a control character`);
  return label;
}

/**
 * Reads `source:key=value`, `source:key` (empty value) or, where `defaultSource` is given, `key=value` without a source.
 * Throws LabelError for an unknown or missing source, an empty key or control characters.
 */
export function parseLabel(text: string, defaultSource?: LabelSource): Label {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? '' : text.slice(equals + 1);
  const colon = name.indexOf(':');
  const prefix = colon < 0 ? '' : name.slice(0, colon);
  if (colon >= 0 && isLabelSource(prefix))
    return checkLabel({ source: prefix, key: name.slice(colon + 1), value }, text);
  if (colon >= 0)
    throw new LabelError(
      `label ${JSON.stringify(text)} has the unknown source ${JSON.stringify(prefix)}; known are ${LABEL_SOURCES.join(', ')}`,
    );
  if (defaultSource === undefined)
    throw new LabelError(`label ${JSON.stringify(text)} has no source; write it like k8s:${text}`);
  return checkLabel({ source: defaultSource, key: name, value }, text);
}

/** Writes a label so that `parseLabel` reads the same again. Reserved and CIDR labels have no value: `reserved:host`. */
export function formatLabel(label: Label): string {
  const name = `${label.source}:${label.key}`;
  return label.value === '' && (label.source === 'reserved' || label.source === 'cidr')
    ? name
    : `${name}=${label.value}`;
}

function order(a: Label, b: Label): number {
  return compareText(a.source, b.source) || compareText(a.key, b.key);
}

/**
 * Makes a set: sorted, frozen, each (source, key) once. The same label twice is one label; two values for one key throw
 * LabelError, because which of them counts would be chance.
 */
export function makeLabels(labels: Iterable<Label | string>, defaultSource?: LabelSource): Labels {
  const list: Label[] = [];
  for (const label of labels)
    list.push(
      typeof label === 'string' ? parseLabel(label, defaultSource) : checkLabel({ ...label }, label.key),
    );
  list.sort(order);
  const unique: Label[] = [];
  for (const label of list) {
    const last = unique.at(-1);
    if (!last || order(last, label) !== 0) unique.push(Object.freeze(label));
    else if (last.value !== label.value)
      throw new LabelError(
        `label ${label.source}:${label.key} has two values: ${last.value} and ${label.value}`,
      );
  }
  return Object.freeze(unique);
}

/**
 * The canonical text of a set: equal sets and only those have equal texts. Keys and values are escaped, so that no label can
 * be written that looks like two.
 */
export function labelsKey(labels: Labels): string {
  return labels
    .map((l) => `${l.source}:${encodeURIComponent(l.key)}=${encodeURIComponent(l.value)}`)
    .sort(compareText)
    .join(';');
}

/** SHA-256 of the canonical text, 64 hexadecimal digits: the name of a set in the store. Stable over versions. */
export function hashLabels(labels: Labels): string {
  return createHash('sha256').update(labelsKey(labels)).digest('hex');
}
