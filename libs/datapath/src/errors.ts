/** What went wrong in the data path; `code` is stable, `hint` says what to do. */
export type DatapathErrorCode =
  | 'MAP_FULL'
  | 'BAD_ADDRESS'
  | 'BAD_ENTRY'
  | 'LAYOUT'
  | 'ATTACH'
  | 'LOAD'
  | 'NO_SLOT'
  | 'UNKNOWN_MAP'
  | 'CLOSED'
  | 'RIGHTS'
  | 'UNASKED'
  | 'NOT_WHOLE';

export class DatapathError extends Error {
  override readonly name = 'DatapathError';
  constructor(
    readonly code: DatapathErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly hint?: string } = {},
  ) {
    super(
      options.hint === undefined ? message : `${message}: ${options.hint}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.hint = options.hint ?? null;
  }
  readonly hint: string | null;
}

/** Something an operator must see: the data path stays shut where this happens, it never opens. */
export interface Alarm {
  readonly kind: 'policy-overflow' | 'map-full' | 'attachment-lost' | 'policy-fault';
  readonly subject: string;
  readonly message: string;
}

/** The errno name of a failed native call, or null. */
export function errnoOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : null;
}
