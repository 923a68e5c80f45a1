import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** Packages of this repository come from their sources, as in jest. */
const sources: Plugin = {
  name: 'sources',
  setup(b) {
    b.onResolve({ filter: /^@sluice\/[a-z]+(\/.*)?$/ }, ({ path }) => {
      const [, name = '', ...inside] = path.split('/');
      const folder = ['controlplane', 'agent', 'cli'].includes(name) ? `apps/${name}` : `libs/${name}`;
      const file = inside.length > 0 ? `${inside.join('/')}.ts` : 'index.ts';
      return { path: join(root, name === 'native' ? 'native' : folder, 'src', file) };
    });
  },
};

/** Test files take jest's functions from here. */
const globals: Plugin = {
  name: 'globals',
  setup(b) {
    const path = join(import.meta.dirname, 'guest/globals.ts');
    b.onResolve({ filter: /^@jest\/globals$/ }, () => ({ path }));
  },
};

/** Where a file lies is where its source lies: the VM sees the same paths. */
const places: Plugin = {
  name: 'places',
  setup(b) {
    b.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
    // etcd3 reads its contract relative to its own module.
    b.onLoad({ filter: /etcd3\/lib\/connection-pool\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('${__dirname}', dirname(path)),
      loader: 'js',
    }));
  },
};

const BANNER = `import { createRequire as vmRequire } from 'node:module';
const require = vmRequire(${JSON.stringify(join(root, 'package.json'))});
const __dirname = import.meta.dirname, __filename = import.meta.filename;`;

/** Makes one module out of a test file and all that it imports: many small files are slow in the VM. */
export async function bundle(file: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [file],
    outfile,
    inject: [join(import.meta.dirname, 'guest/globals.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    legalComments: 'none',
    logLevel: 'silent',
    sourcemap: 'inline',
    plugins: [sources, globals, places],
    banner: { js: BANNER },
  });
}
