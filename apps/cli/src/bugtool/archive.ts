import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Part } from './parts.js';
import { redact } from './redact.js';

/** Most bytes of one file. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What became of one part. */
export interface Entry {
  readonly file: string;
  readonly bytes: number;
  /** Why it is not there. */
  readonly error: string | null;
  readonly truncated: boolean;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Writes the parts, redacted, into a gzipped tar that only its owner may read, and `manifest.json` with what became of each. A part that
 * fails is told there; the archive is whole or not there at all. Rejects where the file cannot be written, or is there already.
 */
export async function writeArchive(
  path: string,
  about: Readonly<Record<string, unknown>>,
  parts: readonly Part[],
  onPart: (entry: Entry) => void,
): Promise<readonly Entry[]> {
  const unfinished = `${path}.unfinished`;
  const tar = pack();
  const written = pipeline(tar, createGzip(), createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }));
  const entries: Entry[] = [];
  try {
    const filled = (async () => {
      for (const part of parts) {
        const { text, entry } = await made(part);
        if (text !== null) tar.entry({ name: `sluice/${part.file}`, mode: 0o600 }, text);
        entries.push(entry);
        onPart(entry);
      }
      tar.entry(
        { name: 'sluice/manifest.json', mode: 0o600 },
        `${JSON.stringify({ ...about, parts: entries }, null, 2)}\n`,
      );
      tar.finalize();
    })();
    await Promise.all([filled, written]);
    await rename(unfinished, path);
    return entries;
  } catch (error) {
    tar.destroy();
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(unfinished, { force: true });
    throw error;
  }
}

async function made({ file, make }: Part): Promise<{ text: string | null; entry: Entry }> {
  try {
    const whole = redact(await make());
    const truncated = Buffer.byteLength(whole) > MOST_BYTES;
    const text = truncated ? Buffer.from(whole).subarray(0, MOST_BYTES).toString('utf8') : whole;
    return { text, entry: { file, bytes: Buffer.byteLength(text), error: null, truncated } };
  } catch (error) {
    return { text: null, entry: { file, bytes: 0, error: redact(messageOf(error)), truncated: false } };
  }
}
