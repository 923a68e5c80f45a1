import {
  type Datapath,
  diffEntries,
  EndpointFlag,
  type EndpointEntry,
  type InfrastructureEntry,
  ReservedIdentity,
} from '@sluice/datapath';

const NO_MAC = '00:00:00:00:00:00';

const element = (flags: number): EndpointEntry => ({
  ifindex: 0,
  endpointId: 0,
  identity: ReservedIdentity.host,
  policyClass: ReservedIdentity.host,
  flags,
  mac: NO_MAC,
  hostMac: NO_MAC,
});

/**
 * The node itself as a subject of policy. It is judged while a policy selects it: then its class is in the kernel, or it is
 * shut but for the infrastructure, which is why that is written first.
 */
export class HostPolicy {
  /** What was written last; null where it has to be looked at. */
  private written: { readonly selected: boolean; readonly open: readonly InfrastructureEntry[] } | null =
    null;

  constructor(
    private readonly datapath: Pick<Datapath, 'host' | 'infrastructure'>,
    private readonly infrastructure: () => readonly InfrastructureEntry[],
  ) {}

  /** Makes the kernel judge the host, or not. Throws where it cannot be written. */
  write(selected: boolean): void {
    const open = this.infrastructure();
    if (this.written?.selected === selected && this.written.open === open) return;
    const { host, infrastructure } = this.datapath;
    const wanted = infrastructure.pack(open.map((entry) => [entry, 1]));
    const changes = diffEntries(wanted, infrastructure.packed());
    infrastructure.put(changes);
    const before = host.get(0);
    const flags = selected ? EndpointFlag.ready : 0;
    if (before?.flags !== flags || before.policyClass !== ReservedIdentity.host) host.set(0, element(flags));
    infrastructure.remove(changes);
    this.written = { selected, open };
  }

  /** Has the next `write` look at the kernel, which others may have changed. */
  refresh(): void {
    this.written = null;
  }
}
