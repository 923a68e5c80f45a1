import { validateDocument } from '../documents/parse.js';
import type { World } from '../types.js';

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

function isWorld(value: Json, refused: number): value is World {
  const world = value as World;
  if (TOP.some((key) => !(key in world))) return false;
  const whole = world.policies.every((p) =>
    ['kind', 'scope', 'name', 'uid', 'revision', 'document'].every((k) => k in p),
  );
  if (!whole) return false;
  return world.policies.filter((p) => !validateDocument(p.document).document).length <= refused;
}

/**
 * A least world that still fails: no part of it can be taken away. `fails` may throw for worlds that make no sense; those do not
 * count. Documents that were accepted stay acceptable.
 */
export function shrink(world: World, fails: (world: World) => boolean): World {
  const refused = world.policies.filter((p) => !validateDocument(p.document).document).length;
  const stillFails = (next: World) => {
    try {
      return fails(next);
    } catch {
      return false;
    }
  };
  let least = world;
  for (;;) {
    let found: World | null = null;
    for (const next of smaller(least))
      if (isWorld(next, refused) && stillFails(next)) {
        found = next;
        break;
      }
    if (!found) return least;
    least = found;
  }
}

/** A world as text, maps too. */
export function showWorld(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, v: unknown) => (v instanceof Map ? Object.fromEntries(v as Map<string, unknown>) : v),
    1,
  );
}
