import { Injectable } from '@nestjs/common';
import {
  identityInputs,
  namedPortsOf,
  serviceInputs,
  type IdentityInput,
  type NamedPorts,
  type ServiceInput,
  type StoredPolicy,
} from '@sluice/policy';
import {
  DEFAULT_SETTINGS,
  keys,
  type AllocationValue,
  type EndpointValue,
  type IdentityValue,
  type PolicyValue,
  type ServiceValue,
  type SettingsValue,
} from '@sluice/store';
import { ClusterCache } from '../store/cache.js';
import { StoreGate } from '../store/gate.js';

/** One endpoint of any node. */
export interface KnownEndpoint {
  readonly node: string;
  readonly id: number;
  readonly value: EndpointValue;
}

/** What verdicts depend on, as one revision of the store has it. A snapshot never changes. */
export interface ClusterSnapshot {
  readonly revision: { readonly generation: number; readonly revision: number };
  readonly settings: SettingsValue;
  readonly policies: readonly StoredPolicy[];
  readonly identities: readonly IdentityInput[];
  readonly endpoints: readonly KnownEndpoint[];
  readonly allocations: ReadonlyMap<string, AllocationValue>;
  readonly services: readonly ServiceInput[];
  readonly namedPorts: ReadonlyMap<number, NamedPorts>;
}

/** Reads the cluster as policy sees it, from the cache. */
@Injectable()
export class ClusterWorld {
  constructor(
    private readonly cache: ClusterCache,
    private readonly gate: StoreGate,
  ) {}

  /** The present state. Throws UNAVAILABLE where it could be old. */
  snapshot(): ClusterSnapshot {
    this.cache.check();
    const { cache } = this;
    const endpoints = cache.below<EndpointValue>(keys.endpoints()).map(({ name, entry }) => {
      const [node = '', id = ''] = name.split('/');
      return { node, id: Number(id), value: entry.value };
    });
    const identities = cache.below<IdentityValue>(keys.identities());
    const services = cache.below<ServiceValue>(keys.services());
    const allocations = cache.below<AllocationValue>(keys.allocations());
    let namedPorts: ReadonlyMap<number, NamedPorts> | null = null;
    return {
      revision: { generation: this.gate.generation, revision: cache.revision },
      settings: cache.get<SettingsValue>(keys.settings())?.value ?? DEFAULT_SETTINGS,
      policies: cache.below<PolicyValue>(keys.policies()).map(({ name, entry }) => {
        const [kind = '', scope = '', ...rest] = name.split('/');
        const { uid, document } = entry.value;
        return { kind, scope, name: rest.join('/'), uid, revision: entry.modRevision, document };
      }),
      identities: identityInputs(new Map(identities.map(({ name, entry }) => [Number(name), entry.value]))),
      endpoints,
      allocations: new Map(allocations.map(({ name, entry }) => [name, entry.value])),
      services: serviceInputs(new Map(services.map(({ name, entry }) => [name, entry.value]))),
      // The dearest part of it, which not every reader needs.
      get namedPorts() {
        return (namedPorts ??= namedPortsOf(endpoints.map(({ value }) => value)));
      },
    };
  }
}
