/** The lab could not do what was asked; `hint` says what would help. */
export class LabError extends Error {
  override readonly name = 'LabError';
  constructor(
    message: string,
    readonly hint: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
