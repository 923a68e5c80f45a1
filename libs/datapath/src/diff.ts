/** Packed keys are compared as latin1 text: one character a byte, so a Map can hold them. */
export type PackedEntries = ReadonlyMap<string, Buffer>;

export interface Change {
  readonly key: Buffer;
  readonly value: Buffer;
}
/** The least writes that turn one content into another. */
export interface Changes {
  readonly puts: readonly Change[];
  readonly deletes: readonly Buffer[];
}

export const packKey = (key: Buffer): string => key.toString('latin1');
export const unpackKey = (key: string): Buffer => Buffer.from(key, 'latin1');

/** What must be written and deleted so that `actual` becomes `desired`; an equal entry is not touched. */
export function diffEntries(desired: PackedEntries, actual: PackedEntries): Changes {
  const puts: Change[] = [];
  const deletes: Buffer[] = [];
  for (const [key, value] of desired) {
    const present = actual.get(key);
    if (present === undefined || !present.equals(value)) puts.push({ key: unpackKey(key), value });
  }
  for (const key of actual.keys()) if (!desired.has(key)) deletes.push(unpackKey(key));
  return { puts, deletes };
}

/** Whether there is nothing to write. */
export const isEmpty = (changes: Changes): boolean =>
  changes.puts.length === 0 && changes.deletes.length === 0;
