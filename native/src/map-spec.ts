/** enum bpf_map_type (include/uapi/linux/bpf.h) of the types that have a name here. */
export const TYPES: Readonly<Record<string, number>> = {
  hash: 1,
  array: 2,
  prog_array: 3,
  perf_event_array: 4,
  percpu_hash: 5,
  percpu_array: 6,
  lru_hash: 9,
  lru_percpu_hash: 10,
  lpm_trie: 11,
  array_of_maps: 12,
  hash_of_maps: 13,
  sockmap: 15,
  sockhash: 18,
  ringbuf: 27,
};

const NAMES = new Map(Object.entries(TYPES).map(([name, number]) => [number, name]));

/** The name of a type's number; `type-<number>` where it has none here. */
export function typeName(number: number): string {
  return NAMES.get(number) ?? `type-${number}`;
}

/** BPF_F_NO_PREALLOC: the kernel refuses an LPM trie without it. */
const NO_PREALLOC = 1;

/** The flags a map is created with. */
export function createFlags(type: string, flags: number): number {
  return type === 'lpm_trie' ? (flags | NO_PREALLOC) >>> 0 : flags;
}

/** How the look-up batch of a type goes on from one call to the next; null: there is none that can be relied upon. */
export function batchKind(type: string): 'bucket' | 'key' | null {
  if (['hash', 'lru_hash', 'percpu_hash', 'lru_percpu_hash'].includes(type)) return 'bucket';
  // Maps of maps have one, which stops at empty slots (before Linux 6.15).
  return ['array', 'percpu_array', 'lpm_trie'].includes(type) ? 'key' : null;
}
