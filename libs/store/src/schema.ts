import type { Labels } from '@sluice/labels';

/** Prefix of everything; keys below are relative to it. DESIGN: the table of keys; docs/architecture.md tells who writes which. */
export const ROOT = '/sluice/v1/';

/** Every value is JSON with its kind and schema version; a reader refuses a version that it does not know. */
export interface Envelope<K extends string, T> {
  readonly kind: K;
  readonly version: 1;
  readonly value: T;
}

/** `cluster`: which store this is. Written by `init` (generation 1) and `store accept` (generation + 1). */
export interface ClusterValue {
  readonly uuid: string;
  readonly generation: number;
  /** What it was called before an administrator accepted it as the cluster that it is now. Absent: nothing else. */
  readonly formerly?: readonly string[];
}

/** `shared/settings`: cluster-wide settings that agents decide from. */
export interface SettingsValue {
  readonly mode: 'always' | 'default' | 'never';
  readonly allowLocalHost: 'auto' | 'always' | 'policy';
  readonly routing: 'tunnel' | 'native';
  readonly tunnelPort: number;
  /** Addresses of the entity kube-apiserver, beside the backends of the service default/kubernetes. Absent: none. */
  readonly kubeApiserver?: readonly string[];
  /** Mode never until then; who asked for it, and why. Agents end it by their own clock too. */
  readonly suspended?: { readonly until: string; readonly by: string; readonly reason: string } | null;
}

/** Until somebody says otherwise: the strictest there is. The port is neither VXLAN's usual 8472 nor Docker's 4789. */
export const DEFAULT_SETTINGS: SettingsValue = {
  mode: 'always',
  allowLocalHost: 'auto',
  routing: 'tunnel',
  tunnelPort: 8473,
};

/** `shared/policies/<kind>/<scope>/<name>`. `uid` stays over changes; the revision is the key's mod_revision. */
export interface PolicyValue {
  readonly uid: string;
  readonly document: unknown;
  readonly author: string;
  /** RFC 3339. */
  readonly time: string;
  /** All documents of one apply share it. */
  readonly change: string;
  readonly owner: 'api' | 'directory' | 'mirror';
  /**
   * Why it is stored although it cannot be accepted: no earlier form of it is known, so it isolates its subject and allows nothing.
   * Absent: it was accepted.
   */
  readonly refused?: string;
}

/** `shared/identities/<n>` */
export interface IdentityValue {
  readonly labels: Labels;
  /** Set while collection waits for the grace: readers treat it as not assigned. */
  readonly retiring: boolean;
}
/** `shared/identity-of/<hash>` */
export interface IdentityOfValue {
  readonly identity: number;
}

/** `retired-identities/<n>`: deleted at this key's revision, and not to be given out before every node has realized that. */
export interface RetiredIdentityValue {
  readonly hash: string;
}
/** `last-identity`: the number given out last. Only a hint: what counts is that a number's key is absent. */
export interface LastIdentityValue {
  readonly identity: number;
}

/** `shared/allocations/<name>`: what the control plane gives a node. */
export interface AllocationValue {
  readonly nodeId: number;
  /** The node's own addresses, the first of each family is its main one. */
  readonly addresses: readonly string[];
  readonly tunnelAddress: string;
  /** Workload prefixes, e.g. `198.18.64.0/24`, `fd00:198:0:40::/64`. */
  readonly prefixes: readonly string[];
  /** What node selectors meet. The name's own label is derived by readers. Absent: none. */
  readonly labels?: Labels;
}

/** `shared/services/<scope>/<name>` */
export interface ServiceValue {
  readonly labels: Labels;
  /** Of the workloads in its scope; null: its backends. */
  readonly selector: Readonly<Record<string, string>> | null;
  /** Addresses. */
  readonly backends: readonly string[];
  readonly owner: 'api' | 'mirror';
}

export type EndpointState = 'creating' | 'waiting-for-identity' | 'ready' | 'disconnected';

/** `shared/endpoints/<node>/<id>` */
export interface EndpointValue {
  readonly addresses: readonly string[];
  readonly identity: number;
  readonly workload: { readonly source: string; readonly scope: string; readonly name: string };
  readonly namedPorts: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
  readonly state: EndpointState;
}

/** `claims/<node>/<hash>` */
export interface ClaimValue {
  readonly labels: Labels;
}

/** `nodes/<name>`: what the agent says of itself. */
export interface NodeValue {
  readonly addresses: readonly string[];
  readonly bootId: string;
  readonly version: string;
  readonly kernel: string;
  /** RFC 3339 */
  readonly started: string;
}
/** `alive/<name>`: on a lease. */
export interface AliveValue {
  readonly since: string;
}

/** `replicas/<name>`: a control-plane replica, on a lease. Others ask it for the agents whose streams end there. */
export interface ReplicaValue {
  /** gRPC over TLS, host:port. */
  readonly grpc: string;
}

/** `status/<node>/realized`: everything in `shared/` up to this revision is in that node's kernel. */
export interface RealizedValue {
  readonly generation: number;
  readonly revision: number;
  readonly errors: readonly string[];
}

/** `history/<kind>/<scope>/<name>/<revision>` */
export interface HistoryValue {
  readonly action: 'apply' | 'delete';
  readonly previous: PolicyValue;
  readonly author: string;
  readonly time: string;
  /** The change that replaced or deleted it; entries of earlier versions lack it. */
  readonly change?: string;
}

/** `changes/<id>`: what one change wrote, in the transaction of the change: this key's create_revision is the change's revision. */
export interface ChangeValue {
  readonly author: string;
  /** RFC 3339 */
  readonly time: string;
  readonly policies: readonly ChangedPolicy[];
  /** How the wait for a confirmation ended; absent: it still lasts, or none was asked for. */
  readonly ended?: { readonly how: 'confirmed' | 'taken-back'; readonly by: string; readonly time: string };
}
export interface ChangedPolicy {
  readonly kind: string;
  readonly scope: string;
  readonly name: string;
  /** Revision of the form that was there, whose history key is; 0: it did not exist. */
  readonly before: number;
  /** True where the change deleted it. */
  readonly deleted: boolean;
}

/** `last-change`: the change that was made last; written with every one, so that a plan can depend on its being the last. */
export interface LastChangeValue {
  readonly change: string;
}

/** `pending/<change>`: the change is taken back at the deadline unless it is confirmed before. */
export interface PendingValue {
  readonly author: string;
  /** RFC 3339 */
  readonly deadline: string;
  /**
   * Set when the change was taken back but for these policies, which somebody else had changed since. The key stays for a day, so
   * that `status` tells it.
   */
  readonly left?: readonly string[];
}

/** `directory`: which content the policy directory had when it was applied last, and by which replica. */
export interface DirectoryValue {
  readonly replica: string;
  /** Of names and bytes of all files. */
  readonly digest: string;
}
/** `directories/<replica>`: how a replica's policy directory stands. */
export interface DirectoryStateValue {
  /** Content that this replica has applied, or found applied; empty: none yet. */
  readonly digest: string;
  /** Behind: another replica's directory has other content, and was applied later. */
  readonly state: 'applied' | 'behind' | 'failed';
  /** RFC 3339 */
  readonly time: string;
  readonly files: number;
  /** At most 100. */
  readonly problems: readonly DirectoryProblem[];
}
export interface DirectoryProblem {
  readonly level: 'error' | 'warning';
  /** Relative to the directory; empty: the directory itself. */
  readonly file: string;
  /** From 1; 0: unknown. */
  readonly line: number;
  readonly path: string;
  readonly message: string;
  /** What holds instead. */
  readonly consequence: string;
}

/** `shared/pools/<pool>`: agents keep what lies in a pool apart from the world, whether it is given out or not. */
export interface PoolValue {
  /** Of one family, e.g. `198.18.64.0/18`. */
  readonly prefix: string;
  /** Length of a node's prefix, e.g. 24. */
  readonly nodePrefixLength: number;
}
/** `prefix-of/<pool>/<prefix>`: the `/` in the prefix is written `_`. */
export interface PrefixOfValue {
  readonly node: string;
}
/** `node-id/<n>` */
export interface NodeIdValue {
  readonly node: string;
}

/** Builders of keys relative to ROOT. */
export const keys = {
  cluster: () => 'cluster',
  settings: () => 'shared/settings',
  policy: (kind: string, scope: string, name: string) => `shared/policies/${kind}/${scope}/${name}`,
  policies: () => 'shared/policies/',
  identity: (n: number) => `shared/identities/${n}`,
  identities: () => 'shared/identities/',
  identityOf: (hash: string) => `shared/identity-of/${hash}`,
  retiredIdentity: (n: number) => `retired-identities/${n}`,
  retiredIdentities: () => 'retired-identities/',
  lastIdentity: () => 'last-identity',
  allocation: (node: string) => `shared/allocations/${node}`,
  allocations: () => 'shared/allocations/',
  service: (scope: string, name: string) => `shared/services/${scope}/${name}`,
  services: () => 'shared/services/',
  endpoint: (node: string, id: number) => `shared/endpoints/${node}/${id}`,
  endpoints: (node?: string) => (node === undefined ? 'shared/endpoints/' : `shared/endpoints/${node}/`),
  shared: () => 'shared/',
  claim: (node: string, hash: string) => `claims/${node}/${hash}`,
  claims: (node?: string) => (node === undefined ? 'claims/' : `claims/${node}/`),
  node: (name: string) => `nodes/${name}`,
  nodes: () => 'nodes/',
  alive: (name: string) => `alive/${name}`,
  allAlive: () => 'alive/',
  replica: (name: string) => `replicas/${name}`,
  replicas: () => 'replicas/',
  realized: (node: string) => `status/${node}/realized`,
  statuses: () => 'status/',
  history: (kind: string, scope: string, name: string, revision: number) =>
    `history/${kind}/${scope}/${name}/${String(revision).padStart(19, '0')}`,
  historyOf: (kind: string, scope: string, name: string) => `history/${kind}/${scope}/${name}/`,
  lastChange: () => 'last-change',
  change: (id: string) => `changes/${id}`,
  changes: () => 'changes/',
  pending: (change: string) => `pending/${change}`,
  pendings: () => 'pending/',
  directory: () => 'directory',
  directoryState: (replica: string) => `directories/${replica}`,
  directoryStates: () => 'directories/',
  pool: (name: string) => `shared/pools/${name}`,
  pools: () => 'shared/pools/',
  prefixOf: (pool: string, prefix: string) => `prefix-of/${pool}/${prefix.replace('/', '_')}`,
  prefixesOf: (pool: string) => `prefix-of/${pool}/`,
  nodeId: (n: number) => `node-id/${n}`,
  nodeIds: () => 'node-id/',
} as const;
