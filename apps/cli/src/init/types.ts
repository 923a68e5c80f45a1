/** What `sluice init` makes a cluster from, kept as cluster.json in the folder so that nodes can be added later. */
export interface ClusterPlan {
  readonly version: 1;
  readonly name: string;
  /** `https://host:port` */
  readonly etcd: readonly string[];
  readonly nodes: readonly NodePlan[];
  readonly replicas: readonly ReplicaPlan[];
  readonly pools: readonly PoolPlan[];
  readonly settings: SettingsPlan;
}
export interface NodePlan {
  readonly name: string;
  readonly addresses: readonly string[];
}
export interface ReplicaPlan {
  readonly name: string;
  readonly host: string;
  readonly restPort: number;
  readonly grpcPort: number;
}
export interface PoolPlan {
  readonly name: string;
  readonly prefix: string;
  readonly nodePrefixLength: number;
}
export interface SettingsPlan {
  readonly mode: 'always' | 'default' | 'never';
  readonly allowLocalHost: 'auto' | 'always' | 'policy';
  readonly routing: 'tunnel' | 'native';
  readonly tunnelPort: number;
}

/** Where things are on each node; `{node}` stands for the node's name. */
export interface AgentPlaces {
  readonly instance: string;
  readonly underlay: string;
  readonly bpffs: string;
  readonly stateDir: string;
  readonly socketDir: string;
  readonly bpfDir: string | null;
  readonly attach: 'auto' | 'tcx' | 'clsact';
}
