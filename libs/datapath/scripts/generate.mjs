// Writes src/generated/layout.ts from bpf/lib/types.h. With --check it writes nothing and exits 1 where that file differs. --bpf and
// --out name another folder of sources and another file.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { emit } from './emit.mjs';
import { readTypes } from './types.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');
const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    bpf: { type: 'string', default: join(root, 'bpf') },
    out: { type: 'string', default: join(here, '..', 'src', 'generated', 'layout.ts') },
  },
});
const target = values.out;
const native = join(root, 'native', 'dist', 'index.js');

if (!existsSync(native)) {
  console.error('the native addon is not built: run npm run build -w native && npx tsc -b native');
  process.exit(2);
}
const { dumpBtf } = await import(pathToFileURL(native).href);
const text = emit(readTypes(values.bpf, dumpBtf));
const present = existsSync(target) ? readFileSync(target, 'utf8') : null;

if (values.check) {
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
