import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SECRET = 0o600;
const FOLDER = 0o700;

/** What became of each file, paths relative to the folder. */
export interface Written {
  readonly created: string[];
  readonly kept: string[];
  /** Existing files that would be written differently now; kept all the same. */
  readonly differing: string[];
}

/** One folder of secrets: everything in it is readable by its owner only, and nothing half-written is ever seen. */
export class SecretFolder {
  readonly written: Written = { created: [], kept: [], differing: [] };

  /** `force`: existing files are replaced, not kept. */
  constructor(
    readonly path: string,
    readonly force: boolean,
  ) {}

  at(name: string): string {
    return join(this.path, name);
  }

  /** The file's text, null where there is none. */
  read(name: string): string | null {
    return existsSync(this.at(name)) ? readFileSync(this.at(name), 'utf8') : null;
  }

  /** Writes a file anew whatever was there, by rename. */
  replace(name: string, text: string): void {
    const path = this.at(name);
    mkdirSync(dirname(path), { recursive: true, mode: FOLDER });
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, text, { mode: SECRET, flush: true });
    chmodSync(temporary, SECRET); // a umask or an old file of that name must not widen it
    renameSync(temporary, path);
    this.written.created.push(name);
  }

  /** Writes a file unless it is there (or `force` is set). */
  ensure(name: string, text: string): void {
    const old = this.read(name);
    if (old === null || this.force) return this.replace(name, text);
    this.written.kept.push(name);
    if (old !== text) this.written.differing.push(name);
  }
}
