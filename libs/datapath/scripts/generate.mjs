// Writes src/generated/layout.ts from bpf/lib/types.h. With --check it writes nothing and exits 1 where that file differs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { emit } from './emit.mjs';
import { readTypes } from './types.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');
const target = join(here, '..', 'src', 'generated', 'layout.ts');
const native = join(root, 'native', 'dist', 'index.js');

if (!existsSync(native)) {
  console.error('the native addon is not built: run npm run build -w native && npx tsc -b native');
  process.exit(2);
}
const { dumpBtf } = await import(pathToFileURL(native).href);
const text = emit(readTypes(join(root, 'bpf'), dumpBtf));
const present = existsSync(target) ? readFileSync(target, 'utf8') : null;

if (process.argv.includes('--check')) {
  if (present !== text) {
    console.error(
      `${relative(root, target)} is not what bpf/lib/types.h gives: run node libs/datapath/scripts/generate.mjs`,
    );
    process.exit(1);
  }
} else if (present !== text) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
