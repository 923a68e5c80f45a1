import type { MapShape, StructShape } from './description.js';

type Copy = readonly [from: number, to: number, size: number];

/** Turns packed keys and values of one layout into those of another. */
export interface Converter {
  key(bytes: Buffer): Buffer;
  value(bytes: Buffer): Buffer;
}

/** The fields that both have, by name and size; a field of another size is another field. */
function common(from: StructShape, to: StructShape): Copy[] {
  const there = new Map(from.fields.map((field) => [field[0], field]));
  return to.fields.flatMap(([name, offset, size]) => {
    const field = there.get(name);
    return field && field[2] === size ? [[field[1], offset, size] as const] : [];
  });
}

function convert({ size }: StructShape, copies: readonly Copy[]): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const result = Buffer.alloc(size);
    for (const [from, to, length] of copies) bytes.copy(result, to, from, from + length);
    return result;
  };
}

/**
 * The way from one layout of a map to another: fields go by their names, new ones are 0, those that are no more are left out. null
 * where the keys have not the same fields: then an entry of one says nothing about the other. A field that changes its meaning has
 * to change its name.
 */
export function converter(from: MapShape, to: MapShape): Converter | null {
  const keys = common(from.key, to.key);
  if (keys.length !== to.key.fields.length || keys.length !== from.key.fields.length) return null;
  return { key: convert(to.key, keys), value: convert(to.value, common(from.value, to.value)) };
}
