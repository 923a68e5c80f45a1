import { isIP } from 'node:net';
import type { AgentConfig } from '@sluice/api';
import { canonicalAddress, type InfrastructureEntry } from '@sluice/datapath';

const TCP = 6;

/** All addresses of a host name. */
export type Lookup = (name: string) => Promise<readonly string[]>;

interface Place {
  readonly host: string;
  readonly port: number;
}

function placeOf(text: string): Place {
  const url = new URL(text.includes('://') ? text : `tcp://${text}`);
  const port = url.port === '' ? 443 : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

/**
 * What keeps this node in the cluster, and no host policy closes: the ports of etcd and of the control planes that the
 * configuration names, and the machines that they run on. A name that cannot be resolved is left out and told in `unresolved`.
 */
export async function infrastructureOf(
  config: Pick<AgentConfig, 'etcd' | 'controlPlanes' | 'infrastructure'>,
  lookup: Lookup,
): Promise<{ readonly entries: readonly InfrastructureEntry[]; readonly unresolved: readonly string[] }> {
  const places = [...config.etcd.endpoints, ...config.controlPlanes, ...(config.infrastructure ?? [])].map(
    placeOf,
  );
  const entries = new Map<string, InfrastructureEntry>();
  const unresolved: string[] = [];
  for (const { host, port } of places) {
    const found = isIP(host) ? [host] : await lookup(host).catch(() => []);
    if (found.length === 0) unresolved.push(host);
    for (const address of found.map(canonicalAddress))
      for (const entry of [
        { address, port, protocol: TCP },
        { address, port: 0, protocol: 0 },
      ])
        entries.set(JSON.stringify(entry), entry);
  }
  return { entries: [...entries.values()], unresolved };
}
