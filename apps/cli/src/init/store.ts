import { readFileSync } from 'node:fs';
import { bootstrapCluster, StoreError, type BootstrapResult, type StoreErrorCode } from '@sluice/store';
import { CliError, Exit, type ExitCode } from '../exit.js';
import { SecretFolder } from './files.js';
import { readPlan } from './init.js';
import { tlsFiles } from './pki.js';

/** Bootstraps the store of the cluster whose folder this is, with the root certificate in it. Throws CliError. */
export async function bootstrapFolder(dir: string): Promise<BootstrapResult> {
  const folder = new SecretFolder(dir, false);
  const plan = readPlan(folder);
  if (plan === null)
    throw new CliError(
      Exit.usage,
      `${dir} has no cluster.json`,
      'make the folder first with: sluice init --dir …',
    );
  const files = tlsFiles(folder, 'etcd-root');
  const tls = {
    ca: readFileSync(files.ca),
    cert: readFileSync(files.cert),
    key: readFileSync(files.key),
  };
  const pools = plan.pools.map(({ name, prefix, nodePrefixLength }) => [name, { prefix, nodePrefixLength }]);
  try {
    return await bootstrapCluster({
      store: { endpoints: plan.etcd, tls },
      settings: plan.settings,
      pools: Object.fromEntries(pools) as Record<string, { prefix: string; nodePrefixLength: number }>,
      nodes: plan.nodes.map((node) => node.name),
    });
  } catch (cause) {
    throw storeError(plan.etcd, cause);
  }
}

function storeError(endpoints: readonly string[], cause: unknown): CliError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof StoreError ? cause.code : 'unknown';
  const [exit, hint] = OUTCOME[code] ?? [Exit.failed, null];
  return new CliError(exit, `etcd at ${endpoints.join(', ')}: ${reason}`, hint, [], { cause });
}

const DOWN =
  'is it running, with --client-cert-auth and the certificates in pki/? a repeated call goes on where this one ended';
const OUTCOME: Partial<Record<StoreErrorCode, readonly [ExitCode, string | null]>> = {
  unavailable: [Exit.unreachable, DOWN],
  deadline: [Exit.unreachable, DOWN],
  tls: [
    Exit.forbidden,
    'etcd must run with the certificates of this folder: pki/etcd.crt, pki/etcd.key, pki/ca.crt',
  ],
  permission: [Exit.forbidden, 'only the certificate pki/etcd-root.crt may do that'],
  invalid: [Exit.usage, null],
  conflict: [Exit.conflict, 'repeat the call'],
};
