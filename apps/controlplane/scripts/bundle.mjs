// Makes dist/bundle/controlplane.mjs, one file with all packages, and the contract (proto) beside it. It bundles what tsc made:
// esbuild alone would lose the decorators' metadata, without which NestJS cannot inject. Needs `tsc -b` first.
import { build } from 'esbuild';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const root = join(home, '../..');
const out = join(home, 'dist/bundle');
const entry = join(home, 'dist/main.js');

/** NestJS asks for these only where they are used; they are not used here, and mostly not installed. */
const OPTIONAL =
  /^(@nestjs\/(websockets|platform-express|platform-socket\.io|mongoose)|@fastify\/(view|multipart|compress)|kafkajs|mqtt|nats|@nats-io\/|amqplib|amqp-connection-manager|ioredis)/;
const optional = {
  name: 'optional',
  setup: (b) => b.onResolve({ filter: OPTIONAL }, ({ path }) => ({ path, external: true })),
};

const rewrite = (filter, change) => (b) =>
  b.onLoad({ filter }, ({ path }) => ({ contents: change(readFileSync(path, 'utf8')), loader: 'js' }));

/** NestJS loads gRPC by name at run time: that would be a second copy, whose classes are not those of the bundle. */
const nestGrpc = {
  name: 'nest-grpc',
  setup: rewrite(/@nestjs\/microservices\/server\/server-grpc\.js$/, (text) =>
    text
      .replace("createRequire(import.meta.url)('@grpc/grpc-js')", "require('@grpc/grpc-js')")
      .replace('createRequire(import.meta.url)(protoLoader)', "require('@grpc/proto-loader')"),
  ),
};

/** etcd3 reads its own contract relative to the folder of its module. */
const etcdProto = {
  name: 'etcd3-proto',
  setup: rewrite(/etcd3\/lib\/connection-pool\.js$/, (text) =>
    text.replaceAll('${__dirname}/../proto/', '${__dirname}/etcd3/'),
  ),
};

/** So does reflection. */
const reflectionProto = {
  name: 'reflection-proto',
  setup: rewrite(/@grpc\/reflection\/build\/src\/implementations\/reflection-v1(alpha)?\.js$/, (text) =>
    text.replaceAll("'../../proto/grpc/", "'proto/grpc/"),
  ),
};

if (!existsSync(entry)) throw new Error(`${entry} is missing: run "npx tsc -b apps/controlplane" first`);
rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: { controlplane: entry },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  // NestJS finds providers by the names of their classes.
  keepNames: true,
  minifySyntax: true,
  legalComments: 'linked',
  plugins: [optional, nestGrpc, etcdProto, reflectionProto],
  banner: {
    js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url); const __dirname = import.meta.dirname;",
  },
  logLevel: 'error',
});
cpSync(join(root, 'libs/api/proto'), join(out, 'proto'), { recursive: true });
cpSync(join(root, 'node_modules/etcd3/proto'), join(out, 'etcd3'), { recursive: true });
cpSync(join(root, 'node_modules/@grpc/reflection/build/proto'), join(out, 'proto'), { recursive: true });
