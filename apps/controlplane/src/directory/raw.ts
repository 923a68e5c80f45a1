import { isAlias, isMap, isScalar, parseAllDocuments, visit, type Document } from 'yaml';
import { CLUSTER_SCOPE, type PolicyRef } from '@sluice/policy';

/** Kinds of policies, and whether they are in a namespace. */
const NAMESPACED: ReadonlyMap<string, boolean> = new Map([
  ['Policy', true],
  ['ClusterPolicy', false],
  ['CiliumNetworkPolicy', true],
  ['CiliumClusterwideNetworkPolicy', false],
  ['NetworkPolicy', true],
  ['ClusterNetworkPolicy', false],
]);
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A document, or an item of a list, that may be wrong. */
export interface RawDocument {
  /** Place of the document in its text, from 0, as errors count. */
  readonly index: number;
  /** Place in a list; null: it is the document itself. */
  readonly item: number | null;
  /** Null: it does not say which policy it is. */
  readonly ref: PolicyRef | null;
  readonly value: unknown;
}

type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Which policy a value says that it is; null where that cannot be told for sure. */
export function refOfValue(value: unknown): PolicyRef | null {
  if (!isMapping(value) || !isMapping(value['metadata'])) return null;
  const { kind } = value;
  const { name, namespace } = value['metadata'];
  const namespaced = typeof kind === 'string' ? NAMESPACED.get(kind) : undefined;
  if (typeof kind !== 'string' || namespaced === undefined) return null;
  if (typeof name !== 'string' || !NAME.test(name)) return null;
  if (!namespaced) return { kind, scope: CLUSTER_SCOPE, name };
  const scope = namespace ?? 'default';
  return typeof scope === 'string' && NAMESPACE.test(scope) ? { kind, scope, name } : null;
}

/** A field that stands twice: which one is meant is not known, so neither is which policy it is. */
function ambiguous(document: Document.Parsed): boolean {
  let twice = false;
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : '';
        if (seen.has(name)) twice = true;
        seen.add(name);
      }
      return twice ? visit.BREAK : undefined;
    },
  });
  return twice;
}

function isEmpty({ contents, errors }: Document.Parsed): boolean {
  const value: unknown = contents;
  return errors.length === 0 && (value === null || (isScalar(value) && value.source === ''));
}

function valueOf(document: Document.Parsed): unknown {
  if (document.errors.length > 0 || !isMap(document.contents) || isAlias(document.contents)) return undefined;
  if (ambiguous(document)) return undefined;
  try {
    // As it would be stored.
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }))) as unknown;
  } catch {
    return undefined;
  }
}

function split(value: unknown, index: number): RawDocument[] {
  const one = [{ index, item: null, ref: refOfValue(value), value }];
  if (!isMapping(value)) return one;
  const { kind, apiVersion, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return one;
  const typed = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -4) };
  return (items as unknown[]).map((value, item) => {
    const whole = isMapping(value) ? { ...typed, ...value } : value;
    return { index, item, ref: refOfValue(whole), value: whole };
  });
}

/** The documents of a text whatever their mistakes; null where the text as a whole cannot be read. Never throws. */
export function rawDocuments(text: string): RawDocument[] | null {
  let parsed: Document.Parsed[];
  try {
    const all = parseAllDocuments(text, {
      version: '1.2',
      prettyErrors: false,
      uniqueKeys: false,
      strict: true,
    });
    parsed = Array.isArray(all) ? (all as Document.Parsed[]) : [];
    return parsed
      .filter((document) => !isEmpty(document))
      .flatMap((document, index) => split(valueOf(document), index));
  } catch {
    return null;
  }
}
