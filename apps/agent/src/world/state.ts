import type { StoredPolicy } from '@sluice/policy';
import {
  DEFAULT_SETTINGS,
  type AllocationValue,
  type Batch,
  type Change,
  type EndpointValue,
  type IdentityOfValue,
  type IdentityValue,
  keys,
  type PolicyValue,
  type PoolValue,
  type ServiceValue,
  type SettingsValue,
} from '@sluice/store';
import { TrackedMap } from './tracked.js';

/** One endpoint of any node, as its node published it. */
export interface RemoteEndpoint {
  readonly node: string;
  readonly id: number;
  readonly value: EndpointValue;
}

/** What lies under `shared/`, by kind, at one revision. Changed only by whole batches. Each map tells which of its keys are new. */
export class SharedState {
  readonly policies = new TrackedMap<string, StoredPolicy>();
  readonly identities = new TrackedMap<number, IdentityValue>();
  readonly identityOf = new Map<string, number>();
  readonly allocations = new TrackedMap<string, AllocationValue>();
  readonly pools = new TrackedMap<string, PoolValue>();
  /** By `scope/name`. */
  readonly services = new TrackedMap<string, ServiceValue>();
  readonly endpoints = new TrackedMap<string, RemoteEndpoint>();
  settings: SettingsValue = DEFAULT_SETTINGS;
  revision = 0;
  /** True once a complete list was applied. */
  complete = false;

  /** Applies one batch. Keys of kinds that this version does not know are left alone. */
  apply(batch: Batch): void {
    for (const change of batch.changes) this.change(change);
    this.revision = batch.revision;
    if (batch.full) this.complete = true;
  }

  private change({ key, entry }: Change): void {
    const [, kind = '', ...rest] = key.split('/');
    switch (kind) {
      case 'policies':
        return put(
          this.policies,
          key,
          entry && policyOf(rest, entry.value as PolicyValue, entry.modRevision),
        );
      case 'identities':
        return put(this.identities, Number(rest[0]), entry && (entry.value as IdentityValue));
      case 'identity-of':
        return put(this.identityOf, rest.join('/'), entry && (entry.value as IdentityOfValue).identity);
      case 'allocations':
        return put(this.allocations, rest.join('/'), entry && (entry.value as AllocationValue));
      case 'pools':
        return put(this.pools, rest.join('/'), entry && (entry.value as PoolValue));
      case 'services':
        return put(this.services, rest.join('/'), entry && (entry.value as ServiceValue));
      case 'endpoints': {
        const [node = '', id = ''] = rest;
        return put(
          this.endpoints,
          key,
          entry && { node, id: Number(id), value: entry.value as EndpointValue },
        );
      }
      default:
        if (key === keys.settings())
          this.settings = (entry?.value as SettingsValue | undefined) ?? DEFAULT_SETTINGS;
    }
  }
}

function put<K, V>(map: Map<K, V>, key: K, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

function policyOf(path: readonly string[], value: PolicyValue, revision: number): StoredPolicy {
  const [kind = '', scope = '', ...name] = path;
  return { kind, scope, name: name.join('/'), uid: value.uid, revision, document: value.document };
}
