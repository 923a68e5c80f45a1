import { isIP } from 'node:net';
import type { AgentConfig, CliConfig, ControlPlaneConfig } from '@sluice/api';
import type { SecretFolder } from './files.js';
import { tlsFiles } from './pki.js';
import type { AgentPlaces, ClusterPlan, NodePlan, ReplicaPlan } from './types.js';

const hostPort = (host: string, port: number) => (isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`);
const grpcAddresses = (plan: ClusterPlan) => plan.replicas.map((r) => hostPort(r.host, r.grpcPort));

/** controlplane-<name>.json */
export function controlPlaneConfig(
  folder: SecretFolder,
  plan: ClusterPlan,
  replica: ReplicaPlan,
): ControlPlaneConfig {
  const tls = tlsFiles(folder, `controlplane-${replica.name}`);
  return {
    name: replica.name,
    etcd: { endpoints: plan.etcd, tls: tlsFiles(folder, 'controlplane') },
    rest: { listen: hostPort(replica.host, replica.restPort), tls },
    grpc: { listen: hostPort(replica.host, replica.grpcPort), tls },
    auditLog: null,
  };
}

/** agent-<node>.json; `{node}` in the places becomes the node's name. */
export function agentConfig(
  folder: SecretFolder,
  plan: ClusterPlan,
  node: NodePlan,
  places: AgentPlaces,
): AgentConfig {
  const named = (text: string) => text.replaceAll('{node}', node.name);
  const tls = tlsFiles(folder, `node-${node.name}`);
  return {
    node: node.name,
    instance: named(places.instance),
    etcd: { endpoints: plan.etcd, tls },
    controlPlanes: grpcAddresses(plan),
    tls,
    addresses: node.addresses,
    underlay: named(places.underlay),
    bpffs: named(places.bpffs),
    stateDir: named(places.stateDir),
    socketDir: named(places.socketDir),
    bpfDir: places.bpfDir === null ? null : named(places.bpfDir),
    attach: places.attach,
    metricsListen: null,
  };
}

/** config.yaml with one context for each role; `netns` where the replicas are reached from another network namespace only. */
export function cliConfig(folder: SecretFolder, plan: ClusterPlan, netns: string | null): CliConfig {
  const context = (name: string) => ({
    name,
    servers: grpcAddresses(plan),
    tls: tlsFiles(folder, name),
    netns,
  });
  return { currentContext: 'admin', contexts: ['admin', 'operator', 'viewer'].map(context) };
}
