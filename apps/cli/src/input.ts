import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError, Exit, usageError } from './exit.js';
import type { Io } from './io.js';

/** The API's largest message; more cannot arrive. */
const MAX_BYTES = 15 * 1024 * 1024;

export interface Input {
  readonly text: string;
  /** Name for messages. */
  readonly file: string;
}

/** All of a stream, and no more than may be: devices and pipes do not tell their size before. */
async function readStream(stream: AsyncIterable<unknown>, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Buffer));
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BYTES) throw tooLarge(file);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (file: string) =>
  usageError(`${file} is larger than ${MAX_BYTES >> 20} MiB`, 'apply it in parts');

async function readNamed(path: string, file: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw tooLarge(file);
    return await readStream(createReadStream(path), file);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw usageError(`there is no file ${file}`);
    if (code === 'EISDIR')
      throw usageError(`${file} is a folder`, 'give one file: cat FOLDER/*.yaml | sluice apply -f -');
    throw new CliError(Exit.usage, `${file}: ${(cause as Error).message}`, null, [], { cause });
  }
}

/** Reads a file, or stdin for `-`, as UTF-8. Throws CliError (usage). */
export async function readInput(file: string, io: Io): Promise<Input> {
  const name = file === '-' ? '<stdin>' : file;
  const bytes =
    file === '-' ? await readStream(io.stdin, name) : await readNamed(resolve(io.cwd, file), name);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), file: name };
  } catch (cause) {
    throw new CliError(Exit.usage, `${name} is not UTF-8 text`, null, [], { cause });
  }
}
