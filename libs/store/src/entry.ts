import type { IKeyValue } from 'etcd3';
import { decode, relative } from './codec.js';
import type { Entry } from './types.js';

/** An entry from the wire, its value out of the envelope. Throws StoreError `schema` or `corrupt`. */
export function toEntry(kv: IKeyValue): Entry {
  const key = relative(kv.key);
  return {
    key,
    value: decode(key, kv.value),
    createRevision: Number(kv.create_revision),
    modRevision: Number(kv.mod_revision),
  };
}
