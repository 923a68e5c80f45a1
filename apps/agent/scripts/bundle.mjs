// Makes dist/bundle/agent.mjs, one file with all packages, and beside it what it loads: the native addon, the compiled BPF
// objects and the contract (proto). esbuild reads the TypeScript sources; nothing in the agent needs decorators' metadata.
// --out, --bpf and --layout make one elsewhere, of other objects and the codecs that were generated for them.
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const root = join(home, '../..');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(home, 'dist/bundle') },
    bpf: { type: 'string', default: join(root, 'bpf/build') },
    layout: { type: 'string', default: join(root, 'libs/datapath/src/generated/layout.ts') },
  },
});
const { out, bpf } = values;
const addon = join(root, 'native/build/Release/sluice_native.node');

/** Packages of this repository come from their sources, so that no build is needed before. */
const sources = {
  name: 'sources',
  setup: (b) =>
    b.onResolve({ filter: /^@sluice\/[a-z]+$/ }, ({ path }) => {
      const name = path.slice('@sluice/'.length);
      return { path: join(root, name === 'native' ? 'native' : `libs/${name}`, 'src/index.ts') };
    }),
};

/** etcd3 reads its own contract relative to the folder of its module. */
const etcdProto = {
  name: 'etcd3-proto',
  setup: (b) =>
    b.onLoad({ filter: /etcd3\/lib\/connection-pool\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('${__dirname}/../proto/', '${__dirname}/etcd3/'),
      loader: 'js',
    })),
};

const layout = {
  name: 'layout',
  setup: (b) =>
    b.onLoad({ filter: /libs\/datapath\/src\/generated\/layout\.ts$/ }, () => ({
      contents: readFileSync(values.layout, 'utf8'),
      loader: 'ts',
    })),
};

for (const [path, how] of [
  [addon, 'npm run build -w native'],
  [join(bpf, 'endpoint.bpf.o'), 'make -C bpf'],
])
  if (!existsSync(path)) throw new Error(`${path} is missing: run "${how}" first`);

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: { agent: join(home, 'src/main.ts') },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  minifyWhitespace: true,
  legalComments: 'none',
  plugins: [sources, etcdProto, layout],
  banner: {
    js: [
      "import{createRequire as __cr}from'node:module';",
      "import{fileURLToPath as __fp}from'node:url';",
      "import{dirname as __dn}from'node:path';",
      'const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__dn(__filename);',
    ].join(''),
  },
});
cpSync(addon, join(out, 'sluice_native.node'));
mkdirSync(join(out, 'bpf'));
for (const name of ['endpoint', 'overlay', 'host'])
  cpSync(join(bpf, `${name}.bpf.o`), join(out, 'bpf', `${name}.bpf.o`));
cpSync(join(root, 'libs/api/proto'), join(out, 'proto'), { recursive: true });
const etcd = join(root, 'node_modules/etcd3/proto');
mkdirSync(join(out, 'etcd3'));
for (const file of readdirSync(etcd)) cpSync(join(etcd, file), join(out, 'etcd3', file));
