import { isIP } from 'node:net';
import type { ClusterPlan, NodePlan, PoolPlan, ReplicaPlan, SettingsPlan } from './types.js';
import { usageError } from '../exit.js';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A name that fits into keys, file names and certificates. Throws CliError (usage) otherwise. */
export function checkName(what: string, name: string): string {
  if (DNS_LABEL.test(name)) return name;
  throw usageError(
    `${what} '${name}' is not a DNS label`,
    'use 1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit',
  );
}

function splitAssignment(option: string, text: string, form: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1)
    throw usageError(`${option} '${text}' is not of the form ${form}`, null);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Names of other users of the store and the API: a node of that name would have their certificates' rights. */
const RESERVED = new Set(['root', 'controlplane', 'admin', 'operator', 'viewer', 'etcd-server']);

/** `n1=198.18.0.1,fd00:198::1`. Throws CliError (usage). */
export function parseNode(text: string): NodePlan {
  const [name, rest] = splitAssignment('--node', text, 'NAME=ADDRESS[,ADDRESS]');
  if (RESERVED.has(name))
    throw usageError(
      `a node cannot be called '${name}'`,
      'that is the name of another user of the store or the API',
    );
  const addresses = rest.split(',');
  for (const address of addresses) {
    if (isIP(address) === 0)
      throw usageError(`--node ${name}: '${address}' is not an IP address`, 'give addresses, not host names');
  }
  return { name: checkName('node', name), addresses };
}

function parsePort(option: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65535) return port;
  throw usageError(`${option}: '${text}' is not a port`, 'ports go from 1 to 65535');
}

/** `cp-1=198.18.0.10:8443:9443`, an IPv6 host in brackets. Throws CliError (usage). */
export function parseReplica(text: string): ReplicaPlan {
  const form = 'NAME=HOST:RESTPORT:GRPCPORT';
  const [name, rest] = splitAssignment('--replica', text, form);
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):([^:]+):([^:]+)$/.exec(rest);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined)
    throw usageError(`--replica '${text}' is not of the form ${form}`, 'an IPv6 host goes in brackets');
  const restPort = parsePort(`--replica ${name}`, match[3] ?? '');
  const grpcPort = parsePort(`--replica ${name}`, match[4] ?? '');
  if (restPort === grpcPort) throw usageError(`--replica ${name}: REST and gRPC need two ports`);
  return { name: checkName('replica', name), host, restPort, grpcPort };
}

function toBits(address: string): bigint {
  const family = isIP(address);
  if (family === 4) return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** `v4=198.18.64.0/18/24`: the pool and the length of one node's prefix. Throws CliError (usage). */
export function parsePool(text: string): PoolPlan {
  const [name, rest] = splitAssignment('--pool', text, 'NAME=PREFIX/LENGTH/NODELENGTH');
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})\/(\d{1,3})$/.exec(rest);
  const address = match?.[1] ?? '';
  const family = isIP(address);
  if (match === null || family === 0 || (family === 6 && address.includes('.')))
    throw usageError(`--pool '${text}' is not of the form NAME=PREFIX/LENGTH/NODELENGTH`);
  const [length, nodePrefixLength] = [Number(match[2]), Number(match[3])];
  const width = family === 4 ? 32 : 128;
  if (length > nodePrefixLength || nodePrefixLength > width - 2)
    throw usageError(
      `--pool ${name}: a node's prefix /${nodePrefixLength} does not fit into /${length}`,
      `the length for a node lies between that of the pool and ${width - 2}`,
    );
  const host = toBits(address) & ((1n << BigInt(width - length)) - 1n);
  if (host !== 0n)
    throw usageError(
      `--pool ${name}: ${address}/${length} has bits set behind the prefix`,
      'give its first address',
    );
  return { name: checkName('pool', name), prefix: `${address}/${length}`, nodePrefixLength };
}

/** `https://host:port`, no path. Throws CliError (usage). */
export function parseEtcd(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'https:' || url.pathname !== '/' || url.port === '')
    throw usageError(
      `--etcd '${text}' is not of the form https://HOST:PORT`,
      'Sluice speaks to etcd over TLS only',
    );
  return url.origin;
}

/** The settings a new cluster starts with, checked. Throws CliError (usage). */
export function parseSettings(raw: Record<keyof SettingsPlan, string | undefined>): Partial<SettingsPlan> {
  const choice = <T extends string>(option: string, value: string, allowed: readonly T[]): T => {
    const found = allowed.find((item) => item === value);
    if (found === undefined)
      throw usageError(`${option} '${value}' is not known`, `one of ${allowed.join(', ')}`);
    return found;
  };
  return {
    ...(raw.mode !== undefined && { mode: choice('--mode', raw.mode, ['always', 'default', 'never']) }),
    ...(raw.allowLocalHost !== undefined && {
      allowLocalHost: choice('--allow-local-host', raw.allowLocalHost, ['auto', 'always', 'policy']),
    }),
    ...(raw.routing !== undefined && { routing: choice('--routing', raw.routing, ['tunnel', 'native']) }),
    ...(raw.tunnelPort !== undefined && { tunnelPort: parsePort('--tunnel-port', raw.tunnelPort) }),
  };
}

function mergeNamed<T extends { readonly name: string }>(
  what: string,
  old: readonly T[],
  given: readonly T[],
  force: boolean,
): readonly T[] {
  const all = new Map(old.map((item) => [item.name, item]));
  const seen = new Set<string>();
  for (const item of given) {
    if (seen.has(item.name)) throw usageError(`${what} '${item.name}' is given twice`);
    seen.add(item.name);
    const before = all.get(item.name);
    if (before !== undefined && !force && JSON.stringify(before) !== JSON.stringify(item))
      throw usageError(
        `${what} '${item.name}' was made with ${JSON.stringify(before)}, not ${JSON.stringify(item)}`,
        '--force makes everything in the folder anew, with a new certificate authority',
      );
    all.set(item.name, item);
  }
  return [...all.values()];
}

/** What the command line gives; what is absent comes from the folder or from the defaults. */
export interface PlanOptions {
  readonly name: string | undefined;
  readonly etcd: readonly string[];
  readonly nodes: readonly NodePlan[];
  readonly replicas: readonly ReplicaPlan[];
  readonly pools: readonly PoolPlan[];
  readonly settings: Partial<SettingsPlan>;
}

/** Pools of a cluster that names none: unique local and private addresses that Docker and Kubernetes do not use by default. */
export const DEFAULT_POOLS: readonly PoolPlan[] = [
  { name: 'v4', prefix: '10.217.0.0/16', nodePrefixLength: 24 },
  { name: 'v6', prefix: 'fd42:5a1c::/48', nodePrefixLength: 64 },
];
/** Not 8472 (flannel, Cilium) and not 4789 (Docker overlay), so that Sluice can stand beside them. */
export const DEFAULT_SETTINGS: SettingsPlan = {
  mode: 'always',
  allowLocalHost: 'auto',
  routing: 'tunnel',
  tunnelPort: 8474,
};

/**
 * The plan of a cluster: the folder's own (`old`, null for a new one) with what the command line adds. Changing what
 * exists needs `force`. Throws CliError (usage) where something is missing or contradicts.
 */
export function mergePlan(old: ClusterPlan | null, given: PlanOptions, force: boolean): ClusterPlan {
  const name = given.name ?? old?.name;
  if (name === undefined) throw usageError('a new cluster needs a name', 'give --cluster NAME');
  const etcd = given.etcd.length > 0 ? given.etcd : (old?.etcd ?? []);
  if (etcd.length === 0) throw usageError('a new cluster needs a store', 'give --etcd https://HOST:PORT');
  if (old !== null && !force) {
    const same = old.name === name && JSON.stringify(old.etcd) === JSON.stringify(etcd);
    if (!same)
      throw usageError(
        `this folder belongs to cluster '${old.name}' with etcd ${old.etcd.join(', ')}`,
        'choose another --dir, or --force to make everything in it anew',
      );
  }
  const replicas = mergeNamed('replica', old?.replicas ?? [], given.replicas, force);
  if (replicas.length === 0)
    throw usageError('a new cluster needs a control plane', 'give --replica NAME=HOST:RESTPORT:GRPCPORT');
  const nodes = mergeNamed('node', old?.nodes ?? [], given.nodes, force);
  checkAddresses(nodes);
  const pools = mergeNamed('pool', old?.pools ?? [], given.pools, force);
  return {
    version: 1,
    name: checkName('cluster', name),
    etcd,
    nodes,
    replicas,
    pools: pools.length > 0 ? pools : DEFAULT_POOLS,
    settings: { ...DEFAULT_SETTINGS, ...old?.settings, ...given.settings },
  };
}

function checkAddresses(nodes: readonly NodePlan[]): void {
  const owner = new Map<string, string>();
  for (const node of nodes) {
    for (const address of node.addresses) {
      const other = owner.get(address);
      if (other !== undefined)
        throw usageError(`nodes '${other}' and '${node.name}' both have address ${address}`);
      owner.set(address, node.name);
    }
  }
}
