/** Where the agent's own lines go: JSON, one object a line, on stderr. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const text = (value: unknown): unknown =>
  value instanceof Error ? value.message : typeof value === 'bigint' ? String(value) : value;

/** A log that writes JSON lines to `write`. */
export function createLog(node: string, write: (line: string) => void): Log {
  const line =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      write(
        `${JSON.stringify({ time: new Date().toISOString(), level, node, message, ...fields }, (_, v: unknown) => text(v))}\n`,
      );
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

/** A log that says nothing, for tests. */
export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
