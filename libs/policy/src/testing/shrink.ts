import { validateDocument } from '../documents/parse.js';
import type { NamedPorts, StoredPolicy, World } from '../types.js';

type Json = unknown;

/** Every form of a value that lacks one part somewhere. */
function* smaller(value: Json): Generator<Json> {
  if (value instanceof Map) {
    for (const [key, item] of value as Map<unknown, unknown>) {
      const rest = new Map(value as Map<unknown, unknown>);
      rest.delete(key);
      yield rest;
      for (const less of smaller(item)) yield new Map(value as Map<unknown, unknown>).set(key, less);
    }
  } else if (Array.isArray(value)) {
    for (const i of value.keys()) yield value.toSpliced(i, 1);
    for (const [i, item] of value.entries()) for (const less of smaller(item)) yield value.with(i, less);
  } else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value))
      yield Object.fromEntries(Object.entries(value).filter(([k]) => k !== key));
    for (const [key, item] of Object.entries(value))
      for (const less of smaller(item)) yield { ...value, [key]: less };
  }
}

const TOP = ['mode', 'policies', 'identities', 'namespaces'];
const STORED = ['kind', 'scope', 'name', 'uid', 'revision', 'document'];

/** Whether a policy has all its parts and a valid document. */
export function isWhole(policy: StoredPolicy): boolean {
  return STORED.every((key) => key in policy) && validateDocument(policy.document).document !== null;
}

function refusedIn(world: World): number {
  return world.policies.filter((p) => !validateDocument(p.document).document).length;
}

/** Whether a value has the parts of a world, and no more refused documents than the one that it came from. */
export function isWorld(value: Json, refused = 0): value is World {
  const world = value as World;
  if (TOP.some((key) => !(key in world))) return false;
  return hasWholeParts(world) && refusedIn(world) <= refused;
}

const has = (keys: readonly string[]) => (part: object) => keys.every((key) => key in part);
const isPort = has(['name', 'protocol', 'port']);
const isService = has(['scope', 'name', 'labels', 'selector', 'backends']);
const isNode = has(['name', 'labels', 'local', 'identity']);

/** Whether the parts of a world, or of a change, that are there have all that their types promise: half a port means nothing. */
export function hasWholeParts(value: Partial<World> & { readonly ports?: NamedPorts | null }): boolean {
  const lists = [...(value.namedPorts?.values() ?? []), value.ports ?? []].flat(2);
  return (
    (value.policies ?? []).every(has(STORED)) &&
    (value.identities ?? []).every(has(['id', 'labels'])) &&
    lists.every(isPort) &&
    (value.services ?? []).every(isService) &&
    (value.nodes ?? []).every(isNode)
  );
}

/**
 * A least value that still fails: no part of it can be taken away. `fails` may throw for values that make no sense; those do not
 * count, nor those that `isValid` refuses.
 */
export function shrinkValue<T>(value: T, isValid: (value: Json) => value is T, fails: (value: T) => boolean): T {
  const stillFails = (next: Json): next is T => {
    try {
      return isValid(next) && fails(next);
    } catch {
      return false;
    }
  };
  let least = value;
  for (;;) {
    let found: T | null = null;
    for (const next of smaller(least))
      if (stillFails(next)) {
        found = next;
        break;
      }
    if (found === null) return least;
    least = found;
  }
} // prettier-ignore

/** A least world that still fails. Documents that were accepted stay acceptable. */
export function shrink(world: World, fails: (world: World) => boolean): World {
  const refused = refusedIn(world);
  return shrinkValue(world, (value): value is World => isWorld(value, refused), fails);
}

/** A world as text, maps too. */
export function showWorld(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, v: unknown) => (v instanceof Map ? Object.fromEntries(v as Map<string, unknown>) : v),
    1,
  );
}
