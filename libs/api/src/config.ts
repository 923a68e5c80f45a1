/** The files that `sluice init` writes and every part reads: JSON, paths absolute. */

/** `controlplane.json` */
export interface ControlPlaneConfig {
  /** Name of this replica, e.g. `cp-1`. */
  readonly name: string;
  readonly etcd: { readonly endpoints: readonly string[]; readonly tls: TlsFiles };
  /** REST and OpenAPI over TLS, host:port. */
  readonly rest: { readonly listen: string; readonly tls: TlsFiles };
  /** gRPC over TLS, host:port. */
  readonly grpc: { readonly listen: string; readonly tls: TlsFiles };
  /** Audit lines (JSON) go here; null: stderr. */
  readonly auditLog: string | null;
  /** How long a label set without workloads keeps its identity at least, in seconds; default 900. */
  readonly identityGraceSeconds?: number;
  /** Directory of policy files that are kept applied; absent: none. */
  readonly policyDir?: string;
  /** How often that directory is read even where no change was noticed; default 10. */
  readonly policyDirRescanSeconds?: number;
}

/** `agent.json` */
export interface AgentConfig {
  readonly node: string;
  readonly instance: string;
  readonly etcd: { readonly endpoints: readonly string[]; readonly tls: TlsFiles };
  /** gRPC addresses of the control-plane replicas. */
  readonly controlPlanes: readonly string[];
  readonly tls: TlsFiles;
  /** The node's own addresses; the first of a family is its main one. */
  readonly addresses: readonly string[];
  /** Interface of the underlay in the agent's network namespace. */
  readonly underlay: string;
  readonly bpffs: string;
  /** Journal, guard record, cookies. */
  readonly stateDir: string;
  /** Folder of agent.sock (gRPC) and rest.sock (REST). */
  readonly socketDir: string;
  /** Folder of the compiled BPF objects; null: beside the bundle. */
  readonly bpfDir: string | null;
  readonly attach: 'auto' | 'tcx' | 'clsact';
  /** Where /metrics and /healthz are served on rest.sock only (null) or on host:port too. */
  readonly metricsListen: string | null;
  /** More of what no host policy closes on this cluster's machines, e.g. etcd's peers: TCP, host:port. */
  readonly infrastructure?: readonly string[];
}

export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** `~/.config/sluice/config.yaml`, or the file named by SLUICE_CONFIG: contexts like kubectl's. */
export interface CliConfig {
  readonly currentContext: string;
  readonly contexts: readonly CliContext[];
}
export interface CliContext {
  readonly name: string;
  /** gRPC addresses host:port of the replicas, tried in order. */
  readonly servers: readonly string[];
  readonly tls: TlsFiles;
  /** Network namespace (path) from which the servers are reached; null: the present one. The lab uses it. */
  readonly netns: string | null;
}
