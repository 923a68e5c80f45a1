import { type Datapath, diffEntries, type EndpointEntry, EndpointFlag } from '@sluice/datapath';
import type { LocalEndpoint } from '../endpoints/manager.js';
import { addressesOf, type EndpointRecord } from '../endpoints/record.js';

/** The element of an endpoint, shut unless the flags say ready. */
export function endpointEntry(
  record: EndpointRecord,
  ifindex: number,
  over: { readonly identity: number; readonly policyClass: number; readonly flags: number },
): EndpointEntry {
  return { ifindex, endpointId: record.id, mac: record.mac, hostMac: record.hostMac, ...over };
}

/** What may enter at an endpoint's interface. */
export function interfaceEntry(record: EndpointRecord, endpoint: EndpointEntry) {
  const { address4, address6, gateway4, gateway6 } = record;
  return { address4, address6, gateway4, gateway6, endpoint };
}

const isSame = (a: EndpointEntry, b: EndpointEntry): boolean =>
  a.identity === b.identity &&
  a.policyClass === b.policyClass &&
  a.flags === b.flags &&
  a.ifindex === b.ifindex;

/** Makes the kernel's elements of local endpoints what they shall be. Who removes an endpoint removes its elements. */
export class EndpointWriter {
  private readonly written = new Map<LocalEndpoint, EndpointEntry>();

  constructor(private readonly datapath: Pick<Datapath, 'endpoints' | 'interfaces'>) {}

  /** Writes those that are not as they were written last, and tells the endpoints whether they are ready. Throws MAP_FULL. */
  write(wanted: Iterable<readonly [LocalEndpoint, EndpointEntry]>): void {
    const changed = [...wanted].filter(([local, entry]) => {
      const before = this.written.get(local);
      return !before || !isSame(before, entry);
    });
    if (changed.length === 0) return;
    const { endpoints, interfaces } = this.datapath;
    interfaces.put(puts(interfaces.pack(changed.map(interfaceOf))));
    endpoints.put(puts(endpoints.pack(changed.flatMap(addressesWith))));
    for (const [local, entry] of changed) {
      this.written.set(local, entry);
      local.ready = (entry.flags & EndpointFlag.ready) !== 0;
    }
  }

  /** Whether an endpoint is open and would stay open, as the same identity, with another class. */
  changesClass(local: LocalEndpoint, entry: EndpointEntry): boolean {
    const before = this.written.get(local);
    if (!before || (before.flags & EndpointFlag.ready) === 0) return false;
    const { identity, flags, policyClass } = before;
    return identity === entry.identity && flags === entry.flags && policyClass !== entry.policyClass;
  }

  /** Forgets an endpoint that is no more. */
  forget(local: LocalEndpoint): void {
    this.written.delete(local);
  }

  /** Puts back what others have changed. Throws MAP_FULL. */
  repair(): void {
    const { endpoints, interfaces } = this.datapath;
    const all = [...this.written];
    interfaces.put(diffEntries(interfaces.pack(all.map(interfaceOf)), interfaces.packed()));
    endpoints.put(diffEntries(endpoints.pack(all.flatMap(addressesWith)), endpoints.packed()));
  }
}

const interfaceOf = ([local, entry]: readonly [LocalEndpoint, EndpointEntry]) =>
  [local.ifindex, interfaceEntry(local.record, entry)] as const;

const addressesWith = ([local, entry]: readonly [LocalEndpoint, EndpointEntry]) =>
  addressesOf(local.record).map((address) => [address, entry] as const);

const puts = (packed: Map<string, Buffer>) => diffEntries(packed, new Map());
