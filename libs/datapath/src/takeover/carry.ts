import type { BpfMap } from '@sluice/native';
import { errnoOf } from '../errors.js';
import { CtFlags } from '../generated/layout.js';
import { converter } from './convert.js';
import type { StructShape } from './description.js';
import type { LayoutFolder } from './folder.js';

const CHUNK = 1024;
const FULL = new Set(['E2BIG', 'ENOSPC', 'ENOMEM']);

/** Writes one entry into the successor's map. */
type Put = (target: BpfMap, key: Buffer, value: Buffer) => void;

function putMissing(target: BpfMap, key: Buffer, value: Buffer): boolean {
  try {
    target.update(key, value, 'noexist');
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

const u32At = ({ fields }: StructShape, name: string): number | null => {
  const field = fields.find(([one, , size]) => one === name && size === 4);
  return field ? field[1] : null;
};

/** Of a connection that both have, the old entry knows who opened it. What it counts for as half-open begins anew. */
function connections(shape: StructShape): Put {
  const [flags, charge] = [u32At(shape, 'flags'), u32At(shape, 'charge')];
  const openedByA = (value: Buffer) =>
    flags === null ? 0 : value.readUInt32LE(flags) & CtFlags.CT_INIT_FROM_A;
  return (target, key, value) => {
    if (charge !== null) value.writeUInt32LE(0, charge);
    if (putMissing(target, key, value)) return;
    const present = target.get(key);
    if (present && openedByA(present) !== openedByA(value)) target.update(key, value);
  };
}

const HOW: Readonly<Record<string, (shape: StructShape) => Put>> = {
  ct4: connections,
  ct6: connections,
  frag: () => putMissing,
  ipcache: () => putMissing,
  break_glass: () => (target, key, value) => target.update(key, value),
};

/** What is carried before anybody decides by the new maps: numbers that are to stay the same, and whether policy is suspended. */
export const AHEAD = ['ipcache', 'break_glass'] as const;
/** What the old programs go on to write until the new ones decide. */
export const AFTER = ['ct4', 'ct6', 'frag'] as const;

/**
 * Copies what one layout's map has into another's. Yields after each thousand entries, so that whoever copies can do other things in
 * between. What cannot be copied (another key, no such map, no room) is left out: it is worked out anew.
 */
export function* carry(name: string, from: LayoutFolder, to: LayoutFolder): Generator<void> {
  const [before, after] = [from.description.maps[name], to.description.maps[name]];
  const way = before && after && converter(before, after);
  if (!way || !from.has(name) || !to.has(name)) return;
  using source = from.map(name);
  using target = to.map(name);
  if (source.keySize !== before.key.size || source.valueSize !== before.value.size) return;
  const put = HOW[name]!(after.value);
  for (const { keys, values, count } of source.iterate(CHUNK)) {
    for (let i = 0; i < count; i++) {
      const key = way.key(keys.subarray(i * source.keySize, (i + 1) * source.keySize));
      const value = way.value(values.subarray(i * source.valueSize, (i + 1) * source.valueSize));
      try {
        put(target, key, value);
      } catch (error) {
        if (FULL.has(errnoOf(error) ?? '')) return;
        throw error;
      }
    }
    yield;
  }
}
