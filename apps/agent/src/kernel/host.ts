import {
  type Datapath,
  diffEntries,
  EndpointFlag,
  type EndpointEntry,
  type InfrastructureEntry,
  ReservedIdentity,
} from '@sluice/datapath';
import { messageOf } from '../util/errors.js';

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
  constructor(
    private readonly datapath: Pick<Datapath, 'host' | 'infrastructure'>,
    private readonly infrastructure: () => readonly InfrastructureEntry[],
  ) {}

  /** Makes the kernel judge the host, or not. Returns what could not be written. */
  write(selected: boolean): string[] {
    try {
      const { host, infrastructure } = this.datapath;
      const wanted = infrastructure.pack(this.infrastructure().map((entry) => [entry, 1]));
      const changes = diffEntries(wanted, infrastructure.packed());
      infrastructure.put(changes);
      const before = host.get(0);
      const flags = selected ? EndpointFlag.ready : 0;
      if (before?.flags !== flags || before.policyClass !== ReservedIdentity.host)
        host.set(0, element(flags));
      infrastructure.remove(changes);
      return [];
    } catch (error) {
      return [`host policy: ${messageOf(error)}`];
    }
  }
}
