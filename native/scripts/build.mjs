// Builds the addon with the headers of the pinned Node, offline; does nothing where nothing it is made of has changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const root = join(here, '..');
const target = join(here, 'build', 'Release', 'sluice_native.node');
const stamp = join(here, 'build', 'Release', 'stamp');

/** What the addon is made of, as a hash: its sources, its recipe and the Node it is for. */
function fingerprint() {
  const sources = readdirSync(join(here, 'src', 'addon')).sort();
  const files = ['binding.gyp', 'scripts/build.mjs', ...sources.map((file) => join('src', 'addon', file))];
  const hash = createHash('sha256').update(`${process.version} ${process.arch}`);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(here, file)));
  return hash.digest('hex');
}

/** Node's own headers: node-gyp would download them otherwise. */
function headers() {
  const name = `node-linux-${process.arch}`;
  const places = [`node_modules/node/node_modules/${name}`, `node_modules/${name}`];
  const found = places.find((place) => existsSync(join(root, place, 'include', 'node', 'node_api.h')));
  if (found === undefined)
    throw new Error(`Node's headers are in none of ${places.join(', ')}: run npm install`);
  return join(root, found);
}

/** Statically where it can be: a packaged agent then needs libelf and zlib only. */
function libbpf() {
  const found = spawnSync('gcc', ['-print-file-name=libbpf.a'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  return isAbsolute(found) ? '-l:libbpf.a' : '-lbpf';
}

const fresh = (wanted) => existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

/** Not `rebuild`, which begins with deleting: processes that start meanwhile find the addon that was there. */
function build() {
  const gyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const env = { ...process.env, JOBS: 'max' };
  for (const step of [['configure', '--', `-Dlibbpf=${libbpf()}`], ['build']]) {
    const args = [gyp, step[0], '--silent', `--nodedir=${headers()}`, ...step.slice(1)];
    const { status } = spawnSync(process.execPath, args, { cwd: here, stdio: 'inherit', env });
    if (status === 0) continue;
    console.error(
      'the addon does not build: it wants g++, make, python3, libbpf-dev, libelf-dev and zlib1g-dev',
    );
    process.exit(status ?? 1);
  }
}

const wanted = fingerprint();
if (fresh(wanted)) process.exit(0);
if (process.env.SLUICE_BUILD_LOCKED !== '1') {
  // Two builds in one folder spoil each other's: the second waits, and then finds it done.
  mkdirSync(join(here, 'build'), { recursive: true });
  const args = [join(here, 'build', 'lock'), process.execPath, fileURLToPath(import.meta.url)];
  const { status } = spawnSync('flock', args, {
    stdio: 'inherit',
    env: { ...process.env, SLUICE_BUILD_LOCKED: '1' },
  });
  process.exit(status ?? 1);
}
build();
writeFileSync(stamp, wanted);
