/**
 * What went wrong, for the caller to act on:
 * - unavailable: no endpoint could be reached, or it lost its leader; a write may or may not have happened
 * - deadline: no answer in time; a write may or may not have happened
 * - tls: the handshake was refused (wrong authority, no or expired certificate)
 * - conflict: others were faster, repeatedly
 * - permission: this certificate's user may not do that
 * - schema: a key or a value of a kind or version that this program does not know
 * - corrupt: a value that is no JSON envelope
 * - too-large: over the limits of a request or a transaction
 * - no-space: the store has raised its NOSPACE alarm
 * - compacted: a revision that the store no longer has
 * - rewound: the store is older than what it told before
 * - exhausted: a range (numbers, prefixes) has nothing free
 * - invalid: a wrong argument
 * - closed: used after it was disposed
 */
export type StoreErrorCode =
  | 'unavailable'
  | 'deadline'
  | 'tls'
  | 'conflict'
  | 'permission'
  | 'schema'
  | 'corrupt'
  | 'too-large'
  | 'no-space'
  | 'compacted'
  | 'rewound'
  | 'exhausted'
  | 'invalid'
  | 'closed'
  | 'unknown';

/** Every error that leaves this library. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Tried in order against the text of an error: etcd and gRPC tell most things only there. */
const PATTERNS: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [
    /permission denied|PERMISSION_DENIED|user name is empty|UNAUTHENTICATED|user name not found/i,
    'permission',
  ],
  [/required revision has been compacted/, 'compacted'],
  [/database space exceeded/, 'no-space'],
  [
    /request is too large|too many operations in txn|RESOURCE_EXHAUSTED|message larger than max/i,
    'too-large',
  ],
  [/certificate|SSL alert|ssl3_|tlsv1|handshake fail|secureConnect/i, 'tls'],
  [/DEADLINE_EXCEEDED|request timed out/, 'deadline'],
  [
    /UNAVAILABLE|CANCELLED|no leader|leader changed|No connection established|ECONN|INTERNAL|has been closed/,
    'unavailable',
  ],
  [/invalid .*revision|duplicate key|INVALID_ARGUMENT|key is not provided/, 'invalid'],
];

/** Turns whatever the client library throws into a StoreError; `doing` says what was attempted. */
export function toStoreError(cause: unknown, doing: string): StoreError {
  if (cause instanceof StoreError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const code = PATTERNS.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';
  return new StoreError(code, `${doing}: ${text}`, { cause });
}

/** True when the request certainly never left this machine, so that a write may be sent again. */
export function neverSent(error: StoreError): boolean {
  return error.code === 'unavailable' && /No connection established|ECONNREFUSED/.test(error.message);
}
