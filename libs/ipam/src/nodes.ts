import {
  keys,
  StoreError,
  type AllocationValue,
  type NodeIdValue,
  type Op,
  type PoolValue,
  type PrefixOfValue,
  type Store,
} from '@sluice/store';
import { capacity, subnet } from './subnets.js';

const ATTEMPTS = 50;
const MAX_NODE_ID = 65_535;

/** What a node says of itself that its allocation needs. */
export interface NodeRequest {
  readonly node: string;
  readonly addresses: readonly string[];
}

/**
 * Gives a node its number and one prefix of each pool, or returns what it has. One transaction creates all keys only where none
 * is there: two replicas or two nodes never get the same. The tunnel address is the first IPv4 address, else the first one.
 * Throws StoreError `exhausted` where a pool is full, `conflict` where others were faster each time.
 */
export async function allocateNode(store: Store, request: NodeRequest): Promise<AllocationValue> {
  const key = keys.allocation(request.node);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const known = await store.get<AllocationValue>(key);
    if (known !== null) return known.value;
    const wanted = await choose(store, request).catch((error: unknown) => afterAll(store, key, error));
    if ('nodeId' in wanted) return wanted;
    const { succeeded } = await store.txn(
      [key, ...wanted.claimed].map((name) => ({ key: name, absent: true as const })),
      [{ put: key, value: wanted.allocation }, ...wanted.ops],
    );
    if (succeeded) return wanted.allocation;
  }
  throw new StoreError(
    'conflict',
    `no allocation for ${request.node} after ${ATTEMPTS} attempts: others were faster each time`,
  );
}

/** Nothing was left, but another replica may just have given this node the last prefix: then that is the answer. */
async function afterAll(store: Store, key: string, error: unknown): Promise<AllocationValue> {
  const known = await store.get<AllocationValue>(key);
  if (known === null) throw error;
  return known.value;
}

interface Choice {
  readonly allocation: AllocationValue;
  readonly claimed: readonly string[];
  readonly ops: readonly Op[];
}

async function choose(store: Store, { node, addresses }: NodeRequest): Promise<Choice> {
  const tunnelAddress = addresses.find((address) => !address.includes(':')) ?? addresses[0];
  if (tunnelAddress === undefined) throw new StoreError('invalid', `node ${node} has no address`);
  const ops: Op[] = [];
  const prefixes: string[] = [];
  const pools = await store.list<PoolValue>(keys.pools());
  for (const entry of pools.entries) {
    const pool = entry.key.slice(keys.pools().length);
    const prefix = await freePrefix(store, pool, entry.value);
    prefixes.push(prefix);
    ops.push({ put: keys.prefixOf(pool, prefix), value: { node } satisfies PrefixOfValue });
  }
  const nodeId = await freeNodeId(store);
  ops.push({ put: keys.nodeId(nodeId), value: { node } satisfies NodeIdValue });
  const claimed = ops.flatMap((op) => ('put' in op ? [op.put] : []));
  return { allocation: { nodeId, addresses, tunnelAddress, prefixes }, claimed, ops };
}

async function freePrefix(
  store: Store,
  pool: string,
  { prefix, nodePrefixLength }: PoolValue,
): Promise<string> {
  const { entries } = await store.list<PrefixOfValue>(keys.prefixesOf(pool));
  const used = new Set(entries.map((entry) => entry.key));
  const size = capacity(prefix, nodePrefixLength);
  for (let i = 0n; i < size && i <= BigInt(used.size); i += 1n) {
    const candidate = subnet(prefix, nodePrefixLength, i);
    if (!used.has(keys.prefixOf(pool, candidate))) return candidate;
  }
  throw new StoreError(
    'exhausted',
    `pool ${pool} (${prefix}) has no /${nodePrefixLength} left: add a pool, or delete nodes`,
  );
}

async function freeNodeId(store: Store): Promise<number> {
  const { entries } = await store.list<NodeIdValue>(keys.nodeIds());
  const used = new Set(entries.map((entry) => entry.key));
  for (let n = 1; n <= MAX_NODE_ID; n += 1) if (!used.has(keys.nodeId(n))) return n;
  throw new StoreError('exhausted', 'all node numbers are in use: delete nodes');
}
