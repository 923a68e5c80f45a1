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

/** Which parts a batch has touched. */
export interface Touched {
  policies: boolean;
  identities: boolean;
  endpoints: boolean;
  allocations: boolean;
  pools: boolean;
  services: boolean;
  settings: boolean;
}

/** One endpoint of any node, as its node published it. */
export interface RemoteEndpoint {
  readonly node: string;
  readonly id: number;
  readonly value: EndpointValue;
}

/** What lies under `shared/`, by kind, at one revision. Changed only by whole batches. */
export class SharedState {
  readonly policies = new Map<string, StoredPolicy>();
  readonly identities = new Map<number, IdentityValue>();
  readonly identityOf = new Map<string, number>();
  readonly allocations = new Map<string, AllocationValue>();
  readonly pools = new Map<string, PoolValue>();
  /** By `scope/name`. */
  readonly services = new Map<string, ServiceValue>();
  readonly endpoints = new Map<string, RemoteEndpoint>();
  settings: SettingsValue = DEFAULT_SETTINGS;
  revision = 0;
  /** True once a complete list was applied. */
  complete = false;

  /** Applies one batch and tells what it touched. Keys of kinds that this version does not know are left alone. */
  apply(batch: Batch): Touched {
    const touched = {
      policies: false,
      identities: false,
      endpoints: false,
      allocations: false,
      pools: false,
      services: false,
      settings: false,
    };
    for (const change of batch.changes) this.change(change, touched);
    this.revision = batch.revision;
    if (batch.full) this.complete = true;
    return touched;
  }

  private change({ key, entry }: Change, touched: Touched): void {
    const [, kind = '', ...rest] = key.split('/');
    switch (kind) {
      case 'policies':
        touched.policies = true;
        return put(
          this.policies,
          key,
          entry && policyOf(rest, entry.value as PolicyValue, entry.modRevision),
        );
      case 'identities':
        touched.identities = true;
        return put(this.identities, Number(rest[0]), entry && (entry.value as IdentityValue));
      case 'identity-of':
        touched.identities = true;
        return put(this.identityOf, rest.join('/'), entry && (entry.value as IdentityOfValue).identity);
      case 'allocations':
        touched.allocations = true;
        return put(this.allocations, rest.join('/'), entry && (entry.value as AllocationValue));
      case 'pools':
        touched.pools = true;
        return put(this.pools, rest.join('/'), entry && (entry.value as PoolValue));
      case 'services':
        touched.services = true;
        return put(this.services, rest.join('/'), entry && (entry.value as ServiceValue));
      case 'endpoints': {
        touched.endpoints = true;
        const [node = '', id = ''] = rest;
        return put(
          this.endpoints,
          key,
          entry && { node, id: Number(id), value: entry.value as EndpointValue },
        );
      }
      default:
        if (key !== keys.settings()) return;
        touched.settings = true;
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
