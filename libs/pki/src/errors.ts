/** A certificate could not be made or read: the message names the field and what was wrong with it. */
export class PkiError extends Error {
  override readonly name = 'PkiError';
}
