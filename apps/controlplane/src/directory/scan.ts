import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One transaction takes no more anyway. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_FILES = 5_000;
const MOST_TOTAL = 64 * 1024 * 1024;
const MOST_DEPTH = 8;

/** The policy directory cannot be used as a whole; the message says why. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
}

export interface FileText {
  /** Relative to the directory. */
  readonly name: string;
  readonly text: string;
}

/** What a directory holds at one moment. */
export interface Scan {
  /** Of names and bytes: equal digests are equal content. */
  readonly digest: string;
  /** In byte order of their names. */
  readonly files: readonly FileText[];
  /** Policy files that could not be read. */
  readonly unreadable: readonly { readonly name: string; readonly why: string }[];
  /** The directory and those below it, for watching. */
  readonly directories: readonly string[];
}

/** Hidden ones, as Kubernetes' `..data` and version control's, and what editors leave beside a file. */
const ignored = (name: string) => name.startsWith('.') || name.startsWith('#') || name.endsWith('~');
const isPolicyFile = (name: string) => /\.(ya?ml|json)$/i.test(name);
const reasonOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);

class Walk {
  readonly files: FileText[] = [];
  readonly unreadable: { name: string; why: string }[] = [];
  readonly directories: string[] = [];
  private total = 0;

  constructor(private readonly root: string) {}

  async directory(name: string, above: readonly string[]): Promise<void> {
    const path = join(this.root, name);
    const real = await realpath(path);
    if (above.includes(real)) return this.refuse(name, 'a link leads back to a directory above it');
    if (above.length >= MOST_DEPTH) return this.refuse(name, `deeper than ${MOST_DEPTH} directories`);
    this.directories.push(path);
    const names = (await readdir(path)).filter((one) => !ignored(one)).sort();
    for (const one of names) await this.entry(name === '' ? one : `${name}/${one}`, [...above, real]);
  }

  private async entry(name: string, above: readonly string[]): Promise<void> {
    const path = join(this.root, name);
    try {
      const info = await stat(path);
      if (info.isDirectory()) return await this.directory(name, above);
      if (!isPolicyFile(name)) return;
      if (!info.isFile()) return this.refuse(name, 'no regular file');
      if (info.size > MOST_BYTES) return this.refuse(name, `larger than ${MOST_BYTES} bytes`);
      if (this.files.length >= MOST_FILES) throw new DirectoryError(`it holds more than ${MOST_FILES} files`);
      const bytes = await readFile(path);
      this.total += bytes.length;
      if (this.total > MOST_TOTAL) throw new DirectoryError(`its files have more than ${MOST_TOTAL} bytes`);
      this.files.push({ name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) });
    } catch (error) {
      if (error instanceof DirectoryError) throw error;
      const notUtf8 = error instanceof TypeError;
      this.refuse(name, notUtf8 ? 'no UTF-8 text' : `it cannot be read: ${reasonOf(error)}`);
    }
  }

  private refuse(name: string, why: string): void {
    this.unreadable.push({ name, why });
  }
}

/**
 * Reads all policy files (`.yaml`, `.yml`, `.json`) below a directory, through links. Throws DirectoryError where the directory itself
 * cannot be read or holds too much.
 */
export async function scan(root: string): Promise<Scan> {
  const walk = new Walk(root);
  try {
    await walk.directory('', []);
  } catch (error) {
    if (error instanceof DirectoryError) throw error;
    throw new DirectoryError(`it cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  const { files, unreadable, directories } = walk;
  const hash = createHash('sha256');
  for (const { name, text } of files) hash.update(JSON.stringify([name, text]));
  for (const { name, why } of unreadable) hash.update(JSON.stringify([name, null, why]));
  return { digest: hash.digest('hex'), files, unreadable, directories };
}
