/** A label, key or selector that cannot be read. The message says what was wrong and what is allowed. */
export class LabelError extends Error {
  override readonly name = 'LabelError';
}
