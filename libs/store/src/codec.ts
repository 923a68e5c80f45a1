import { StoreError } from './errors.js';
import { ROOT } from './schema.js';

/** Who writes a kind. What agents write is believed less: one unreadable value of theirs must not stop all others. */
type Writer = 'controlplane' | 'agent';

const NAME = '[^/]+';
const KINDS: readonly (readonly [string, RegExp, Writer])[] = [
  ['cluster', /^cluster$/, 'controlplane'],
  ['settings', /^shared\/settings$/, 'controlplane'],
  ['policy', new RegExp(`^shared/policies/${NAME}/${NAME}/${NAME}$`), 'controlplane'],
  ['identity', /^shared\/identities\/\d+$/, 'controlplane'],
  ['identity-of', new RegExp(`^shared/identity-of/${NAME}$`), 'controlplane'],
  ['retired-identity', /^retired-identities\/\d+$/, 'controlplane'],
  ['last-identity', /^last-identity$/, 'controlplane'],
  ['allocation', new RegExp(`^shared/allocations/${NAME}$`), 'controlplane'],
  ['service', new RegExp(`^shared/services/${NAME}/${NAME}$`), 'controlplane'],
  ['endpoint', new RegExp(`^shared/endpoints/${NAME}/\\d+$`), 'agent'],
  ['claim', new RegExp(`^claims/${NAME}/${NAME}$`), 'agent'],
  ['node', new RegExp(`^nodes/${NAME}$`), 'agent'],
  ['alive', new RegExp(`^alive/${NAME}$`), 'agent'],
  ['realized', new RegExp(`^status/${NAME}/realized$`), 'agent'],
  ['history', new RegExp(`^history/${NAME}/${NAME}/${NAME}/\\d{19}$`), 'controlplane'],
  ['change', new RegExp(`^changes/${NAME}$`), 'controlplane'],
  ['last-change', /^last-change$/, 'controlplane'],
  ['pending', new RegExp(`^pending/${NAME}$`), 'controlplane'],
  ['directory', /^directory$/, 'controlplane'],
  ['directory-state', new RegExp(`^directories/${NAME}$`), 'controlplane'],
  ['pool', new RegExp(`^shared/pools/${NAME}$`), 'controlplane'],
  ['prefix-of', new RegExp(`^prefix-of/${NAME}/${NAME}$`), 'controlplane'],
  ['node-id', /^node-id\/\d+$/, 'controlplane'],
  ['replica', new RegExp(`^replicas/${NAME}$`), 'controlplane'],
];

function find(key: string): (typeof KINDS)[number] | undefined {
  return KINDS.find(([, pattern]) => pattern.test(key));
}

/** The kind of value that belongs at a key (relative to ROOT). Throws StoreError `schema` for a key nobody defined. */
export function kindOf(key: string): string {
  const kind = find(key)?.[0];
  if (kind === undefined) throw new StoreError('schema', `'${key}' is no key of this schema`);
  return kind;
}

/** True for keys that agents write themselves. Unknown keys are not. */
export function writtenByAgent(key: string): boolean {
  return find(key)?.[2] === 'agent';
}

/** The absolute key in the store. */
export function absolute(key: string): Buffer {
  return Buffer.from(ROOT + key);
}

/** The key relative to ROOT. Throws StoreError `schema` for one outside. */
export function relative(key: Buffer): string {
  const text = key.toString();
  if (!text.startsWith(ROOT)) throw new StoreError('schema', `'${text}' lies outside ${ROOT}`);
  return text.slice(ROOT.length);
}

/** End of the range of all keys that begin with `prefix`, which ends in `/`. Throws StoreError `invalid` for another prefix. */
export function rangeEnd(prefix: string): Buffer {
  // A prefix without the slash would also take the keys of a name that only begins alike: node-1 and node-10.
  if (!prefix.endsWith('/')) throw new StoreError('invalid', `prefix '${prefix}' must end in '/'`);
  return Buffer.from(ROOT + prefix.slice(0, -1) + '0');
}

/** A value in its envelope. Throws StoreError `schema` for an unknown key, `invalid` for a value that JSON cannot bear. */
export function encode(key: string, value: unknown): Buffer {
  const kind = kindOf(key);
  if (value === undefined || value === null) throw new StoreError('invalid', `no value for '${key}'`);
  return Buffer.from(JSON.stringify({ kind, version: 1, value }));
}

/** The value out of its envelope. Throws StoreError: `corrupt` when it is none, `schema` on a wrong kind or unknown version. */
export function decode(key: string, bytes: Buffer): unknown {
  const kind = kindOf(key);
  const envelope = parse(key, bytes);
  if (envelope.kind !== kind) {
    throw new StoreError('schema', `'${key}' holds a '${String(envelope.kind)}' where a '${kind}' belongs`);
  }
  if (envelope.version !== 1) {
    throw new StoreError(
      'schema',
      `'${key}' has version ${String(envelope.version)}; this program knows version 1`,
    );
  }
  if (envelope.value === undefined || envelope.value === null) {
    throw new StoreError('corrupt', `'${key}' has an envelope without a value`);
  }
  return envelope.value;
}

function parse(key: string, bytes: Buffer): { kind?: unknown; version?: unknown; value?: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString());
  } catch (cause) {
    throw new StoreError('corrupt', `'${key}' is no JSON`, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new StoreError('corrupt', `'${key}' is no envelope`);
  }
  return parsed;
}
