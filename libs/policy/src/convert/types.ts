import type { Path } from '../documents/issue.js';
import type { CiliumSchemaDocument } from '../documents/types.js';

/** What of a document the native language cannot say, and where it stands. */
export interface Unsayable {
  readonly path: Path;
  readonly message: string;
  readonly hint: string | null;
}

/** A document in the native language: with `specs` it becomes several. */
export type Conversion =
  | {
      readonly documents: readonly CiliumSchemaDocument[];
      readonly warnings: readonly string[];
      readonly refused: null;
    }
  | {
      readonly documents: null;
      readonly warnings: readonly string[];
      readonly refused: readonly Unsayable[];
    };

/** Thrown where the native language cannot say something; caught where a document is converted. */
export class UnsayableError extends Error {
  constructor(
    readonly path: Path,
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message);
    this.name = 'UnsayableError';
  }
}
