// Makes dist/bundle/sluice.mjs: the CLI with all that it imports in one file, and the contract (proto) beside it.
// Parts that a command does not need stay unevaluated, so that `sluice version` does not load gRPC.
import { build } from 'esbuild';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const root = join(home, '../..');
const out = join(home, 'dist/bundle');

/** etcd3 reads its own contract relative to the folder of its module. */
const etcdProto = {
  name: 'etcd3-proto',
  setup(b) {
    b.onLoad({ filter: /etcd3\/lib\/connection-pool\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('${__dirname}/../proto/', '${__dirname}/etcd3/'),
      loader: 'js',
    }));
  },
};

/** Workspaces from their sources: a bundle needs no build before it. */
const workspaces = {
  name: 'workspaces',
  setup(b) {
    b.onResolve({ filter: /^@sluice\/[a-z]+(\/.*)?$/ }, ({ path }) => {
      const [, name, rest] = /^@sluice\/([a-z]+)(?:\/(.*))?$/.exec(path);
      return {
        path: join(root, name === 'native' ? 'native' : `libs/${name}`, 'src', `${rest ?? 'index'}.ts`),
      };
    });
  },
};

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: { sluice: join(home, 'src/main.ts') },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  minifySyntax: true,
  legalComments: 'linked',
  plugins: [workspaces, etcdProto],
  // CommonJS packages inside call require for Node's own modules.
  banner: {
    js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url); const __dirname = import.meta.dirname;",
  },
  logLevel: 'warning',
});
cpSync(join(root, 'libs/api/proto'), join(out, 'proto'), { recursive: true });
cpSync(join(root, 'node_modules/etcd3/proto'), join(out, 'etcd3'), { recursive: true });
// For `policy test --engine kernel`: what is not built is missed, by name, when that is asked for, and by nothing else.
const addon = join(root, 'native/build/Release/sluice_native.node');
if (existsSync(addon)) cpSync(addon, join(out, 'sluice_native.node'));
mkdirSync(join(out, 'bpf'));
for (const name of ['endpoint', 'host']) {
  const object = join(root, 'bpf/build', `${name}.bpf.o`);
  if (existsSync(object)) cpSync(object, join(out, 'bpf', `${name}.bpf.o`));
}
chmodSync(join(out, 'sluice.mjs'), 0o755);
