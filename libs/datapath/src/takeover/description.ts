import { DatapathError } from '../errors.js';
import { FIELDS, SLUICE_LAYOUT_VERSION } from '../generated/layout.js';

/** Where a field lies: name, offset and size in bytes. */
export type Field = readonly [name: string, offset: number, size: number];

export interface StructShape {
  readonly size: number;
  readonly fields: readonly Field[];
}

export interface MapShape {
  readonly key: StructShape;
  readonly value: StructShape;
}

/** What another layout has to know of this one to take over from it. Pinned beside the maps that it describes. */
export interface LayoutDescription {
  readonly version: number;
  /** By the maps' names: those whose content is carried over. */
  readonly maps: Readonly<Record<string, MapShape>>;
  /** The map `config`, for its flags. */
  readonly config: StructShape;
}

const INDEX: StructShape = { size: 4, fields: [['index', 0, 4]] };

function struct(name: string): StructShape {
  const shape = FIELDS[name];
  if (!shape) throw new DatapathError('LAYOUT', `types.h has no struct ${name}`);
  return shape;
}

/** The layout that this build is made for. */
export function ownDescription(): LayoutDescription {
  const map = (key: string, value: string): MapShape => ({ key: struct(key), value: struct(value) });
  return {
    version: SLUICE_LAYOUT_VERSION,
    maps: {
      ct4: map('ct4_key', 'ct_value'),
      ct6: map('ct6_key', 'ct_value'),
      frag: map('frag_key', 'frag_value'),
      ipcache: map('ipcache_key', 'ipcache_value'),
      break_glass: { key: INDEX, value: struct('break_glass') },
    },
    config: struct('config'),
  };
}

export const encodeDescription = (description: LayoutDescription): Buffer =>
  Buffer.from(JSON.stringify(description));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isField(value: unknown, size: number): value is Field {
  if (!Array.isArray(value) || value.length !== 3 || typeof value[0] !== 'string') return false;
  const [offset, length] = [value[1], value[2]] as unknown[];
  if (!Number.isInteger(offset) || !Number.isInteger(length)) return false;
  return (offset as number) >= 0 && (length as number) > 0 && (offset as number) + (length as number) <= size;
}

function isStruct(value: unknown): value is StructShape {
  if (!isObject(value) || !Number.isInteger(value.size) || !Array.isArray(value.fields)) return false;
  const size = value.size as number;
  return value.fields.every((field) => isField(field, size));
}

const isMap = (value: unknown): boolean => isObject(value) && isStruct(value.key) && isStruct(value.value);

/** Reads what another version wrote. Throws LAYOUT for what is none, or not wholly one. */
export function decodeDescription(bytes: Buffer): LayoutDescription {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').replace(/\0+$/, ''));
  } catch (cause) {
    throw new DatapathError('LAYOUT', 'the description of a layout is no JSON', { cause });
  }
  const { version, maps, config } = isObject(value) ? value : {};
  if (!Number.isInteger(version) || !isObject(maps) || !Object.values(maps).every(isMap) || !isStruct(config))
    throw new DatapathError('LAYOUT', 'the description of a layout is not whole');
  return value as LayoutDescription;
}
