/** Where something stands in a document: keys and list positions from the top. */
export type Path = readonly (string | number)[];

/** A mistake before its place in the text is known. `atKey` marks mistakes of a field's name instead of its value. */
export interface Issue {
  readonly path: Path;
  readonly message: string;
  readonly hint: string | null;
  readonly atKey: boolean;
  /** What the version would have to have for the value to be served; null: it is a mistake whatever the version. */
  readonly need: string | null;
}

/** Takes mistakes; checking goes on after each. */
export type Report = (
  path: Path,
  message: string,
  hint?: string | null,
  atKey?: boolean,
  need?: string | null,
) => void;

/** A JSON path like `$.spec.ingress[0].toPorts[0]`; keys that are no plain names are quoted. */
export function pathText(path: Path): string {
  let text = '$';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += /^[A-Za-z_][A-Za-z0-9_-]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** What a value is, in the words of a document's author. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  return typeof value === 'boolean' || typeof value === 'number'
    ? `the ${typeof value} ${String(value)}`
    : typeof value;
}
