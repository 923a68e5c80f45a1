import { canonicalAddress, NODE_FLAG, ReservedIdentity } from '@sluice/datapath';
import type { FlowResolver } from '@sluice/flows';
import { type Labels, reservedLabels } from '@sluice/labels';
import type { Provenance } from '@sluice/policy';
import type { LocalEndpoint } from './endpoints/manager.js';
import { addressesOf } from './endpoints/record.js';
import type { SharedState } from './world/state.js';

interface Owner {
  readonly workload: string;
  readonly node: string;
}

export interface NamesInput {
  readonly node: string;
  readonly state: () => SharedState;
  readonly locals: () => readonly LocalEndpoint[];
  readonly cidrLabels: (identity: number) => Labels | null;
  readonly provenance: (cookie: number) => Provenance | null;
  /** CLOCK_MONOTONIC now, in nanoseconds. */
  readonly monotonic: () => bigint;
}

/** Names for what flows carry as numbers. The table of addresses is made when it is first needed after a change. */
export class Names {
  private owners: Map<string, Owner> | null = null;

  constructor(private readonly input: NamesInput) {}

  /** Tells that endpoints or nodes have changed. */
  changed(): void {
    this.owners = null;
  }

  resolver(): FlowResolver {
    const { node, monotonic, provenance } = this.input;
    const offset = BigInt(Date.now()) * 1_000_000n - monotonic();
    return {
      node,
      labels: (identity) => this.labels(identity),
      owner: (address) => (this.owners ??= this.table()).get(address) ?? null,
      provenance,
      wallClock: (time) => time + offset,
    };
  }

  private labels(identity: number): Labels | null {
    const reserved = reservedLabels(identity);
    if (reserved.length > 0) return reserved;
    if ((identity & NODE_FLAG) !== 0) return reservedLabels(ReservedIdentity.remoteNode);
    return this.input.state().identities.get(identity)?.labels ?? this.input.cidrLabels(identity);
  }

  private table(): Map<string, Owner> {
    const { node, state, locals } = this.input;
    const owners = new Map<string, Owner>();
    for (const [name, allocation] of state().allocations) {
      for (const address of [...allocation.addresses, allocation.tunnelAddress]) {
        owners.set(canonicalAddress(address), { workload: '', node: name });
      }
    }
    for (const { node: of, value } of state().endpoints.values()) {
      if (of === node) continue;
      const owner = { workload: `${value.workload.scope}/${value.workload.name}`, node: of };
      for (const address of value.addresses) owners.set(canonicalAddress(address), owner);
    }
    for (const { record } of locals()) {
      const owner = { workload: `${record.workload.scope}/${record.workload.name}`, node };
      for (const address of addressesOf(record)) owners.set(canonicalAddress(address), owner);
    }
    return owners;
  }
}
