import { randomUUID } from 'node:crypto';
import { Etcd3, EtcdRoleExistsError, EtcdUserExistsError, Range } from 'etcd3';
import { connectStore } from './client.js';
import { encode } from './codec.js';
import { StoreError, toStoreError } from './errors.js';
import { keys, ROOT, type ClusterValue, type PoolValue, type SettingsValue } from './schema.js';
import type { StoreOptions } from './types.js';

/** etcd user (and common name) of all control-plane replicas. */
export const CONTROL_PLANE_USER = 'controlplane';
const DEFAULT_TIMEOUT_MS = 5000;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const RESERVED_NAMES = new Set(['root', CONTROL_PLANE_USER]);

export interface BootstrapOptions {
  /** With the certificate of etcd's user `root`. */
  readonly store: StoreOptions;
  readonly settings: SettingsValue;
  readonly pools: Readonly<Record<string, PoolValue>>;
  /** Names of the nodes that get a user; DNS labels. */
  readonly nodes: readonly string[];
}

export interface BootstrapResult {
  readonly cluster: ClusterValue;
  /** What was done, a line each; empty when everything was there. */
  readonly changed: readonly string[];
  /** Keys that exist with another value than asked for; they stay as they are. */
  readonly kept: readonly string[];
}

/** A right on one key, or on all below a prefix that ends in `/`. */
export interface Right {
  readonly key: string;
  readonly permission: 'Read' | 'Readwrite';
}

/**
 * All that a node's agent may touch, relative to ROOT. It may read back what it writes itself: after a restart it
 * compares its claims and endpoints with what its workloads need. Nothing of another node is in here but `shared/`.
 */
export function nodeRights(node: string): readonly Right[] {
  const own = [
    keys.claims(node),
    keys.endpoints(node),
    keys.node(node),
    keys.alive(node),
    `${keys.statuses()}${node}/`,
  ];
  return [
    ...[keys.shared(), keys.cluster(), `private/${node}/`].map((key) => ({
      key,
      permission: 'Read' as const,
    })),
    ...own.map((key) => ({ key, permission: 'Readwrite' as const })),
  ];
}

/** The control plane reads and writes everything of Sluice, and nothing else in that etcd. */
export const CONTROL_PLANE_RIGHTS: readonly Right[] = [{ key: '', permission: 'Readwrite' }];

/**
 * Makes an empty etcd a store of Sluice: `cluster`, settings, pools, one user and role for each node and for the control
 * plane, then authentication by the client certificate's common name. Every step is skipped where it was done before, so
 * a call that broke off is simply repeated, and a later call with more nodes adds these. Existing values are never
 * overwritten. Throws StoreError; a call that broke off is finished by the next.
 */
export async function bootstrapCluster(options: BootstrapOptions): Promise<BootstrapResult> {
  const wrong = options.nodes.find((name) => !DNS_LABEL.test(name) || RESERVED_NAMES.has(name));
  if (wrong !== undefined)
    throw new StoreError(
      'invalid',
      `'${wrong}' cannot be a node's name: it must be a DNS label and no user of etcd`,
    );
  const values = await putValues(options);
  const etcd = connect(options.store);
  try {
    const access = await Access.of(etcd);
    await access.grantRole('root', 'root', []);
    await access.grantRole(CONTROL_PLANE_USER, 'sluice-controlplane', CONTROL_PLANE_RIGHTS);
    for (const node of options.nodes) await access.grantRole(node, `sluice-node-${node}`, nodeRights(node));
    await etcd.auth.authEnable();
    return { ...values, changed: [...values.changed, ...access.changed] };
  } catch (error) {
    throw toStoreError(error, 'making users and roles');
  } finally {
    etcd.close();
  }
}

function connect(store: StoreOptions): Etcd3 {
  const { ca, cert, key } = store.tls;
  const timeoutMs = store.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return new Etcd3({
    hosts: [...store.endpoints],
    credentials: { rootCertificate: ca, certChain: cert, privateKey: key },
    dialTimeout: timeoutMs,
    // Every call here is unary.
    defaultCallOptions: () => ({ deadline: Date.now() + timeoutMs }),
    grpcOptions: { 'grpc.keepalive_time_ms': 10_000, 'grpc.max_reconnect_backoff_ms': 1000 },
  });
}

async function putValues(options: BootstrapOptions): Promise<BootstrapResult> {
  await using store = connectStore(options.store);
  const changed: string[] = [];
  const kept: string[] = [];
  const ensure = async <T>(key: string, value: T): Promise<T> => {
    const { succeeded } = await store.txn([{ key, absent: true }], [{ put: key, value }]);
    if (succeeded) {
      changed.push(`put ${key}`);
      return value;
    }
    const stored = (await store.get<T>(key))?.value;
    if (stored === undefined) throw new StoreError('conflict', `'${key}' was deleted meanwhile`);
    if (!encode(key, stored).equals(encode(key, value))) kept.push(key);
    return stored;
  };
  const cluster = await ensure<ClusterValue>(keys.cluster(), { uuid: randomUUID(), generation: 1 });
  await ensure<SettingsValue>(keys.settings(), options.settings);
  for (const [name, pool] of Object.entries(options.pools)) await ensure<PoolValue>(keys.pool(name), pool);
  return { cluster, changed, kept: kept.filter((key) => key !== keys.cluster()) };
}

/** A key or prefix as etcd's range: a prefix needs an end, or the right would be on the one key of that name. */
function rangeOf(key: string): Range {
  return key === '' || key.endsWith('/') ? Range.prefix(ROOT + key) : new Range(ROOT + key);
}
const sameRange = (a: Range, b: Range) => a.start.equals(b.start) && endOf(a).equals(endOf(b));
/** etcd3 writes "no end" as one zero byte, etcd answers with nothing. */
const endOf = (range: Range) => (range.end.equals(Buffer.from([0])) ? Buffer.alloc(0) : range.end);

/** etcd's users and roles, changed only where they differ. */
class Access {
  readonly changed: string[] = [];
  private constructor(
    private readonly etcd: Etcd3,
    private readonly users: ReadonlySet<string>,
    private readonly roles: ReadonlySet<string>,
  ) {}

  static async of(etcd: Etcd3): Promise<Access> {
    const { users } = await etcd.auth.userList();
    const { roles } = await etcd.auth.roleList();
    return new Access(etcd, new Set(users), new Set(roles));
  }

  /** User with this role, role with exactly these rights. */
  async grantRole(user: string, role: string, rights: readonly Right[]): Promise<void> {
    await this.add(`role ${role}`, this.roles.has(role), () => this.etcd.auth.roleAdd({ name: role }));
    // The root role holds everything by definition; etcd keeps no list for it.
    if (role !== 'root') await this.setRights(role, rights);
    await this.add(`user ${user}`, this.users.has(user), () =>
      // No password: the only way in is a certificate.
      this.etcd.auth.userAdd({ name: user, password: '', options: { no_password: true } }),
    );
    const roles = (await this.etcd.auth.userGet({ name: user })).roles;
    if (roles.includes(role)) return;
    await this.etcd.auth.userGrantRole({ user, role });
    this.changed.push(`user ${user} has role ${role}`);
  }

  private async setRights(role: string, rights: readonly Right[]): Promise<void> {
    const present = await this.etcd.role(role).permissions();
    const wanted = rights.map((right) => ({
      permission: right.permission,
      range: rangeOf(right.key),
      key: right.key,
    }));
    for (const right of wanted) {
      if (present.some((p) => p.permission === right.permission && sameRange(p.range, right.range))) continue;
      await this.etcd.role(role).grant({ permission: right.permission, range: right.range });
      this.changed.push(
        `role ${role}: ${right.permission.toLowerCase()} ${right.key === '' ? 'everything' : right.key}`,
      );
    }
    for (const extra of present) {
      if (wanted.some((right) => sameRange(right.range, extra.range))) continue;
      await this.etcd.role(role).revoke({ permission: extra.permission, range: extra.range });
      this.changed.push(`role ${role}: no longer ${extra.range.start.toString()}`);
    }
  }

  private async add(what: string, present: boolean, make: () => Promise<unknown>): Promise<void> {
    if (present) return;
    try {
      await make();
      this.changed.push(what);
    } catch (error) {
      // Another call of the same at the same time.
      if (!(error instanceof EtcdRoleExistsError || error instanceof EtcdUserExistsError)) throw error;
    }
  }
}
