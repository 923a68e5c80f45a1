import { type Datapath, EndpointFlag, ReservedIdentity } from '@sluice/datapath';
import { endpointEntry, interfaceEntry } from '../kernel/endpoints.js';
import { AgentError } from '../util/errors.js';
import type { Exec } from '../util/exec.js';
import { createLink, furnishLink, openLink, removeLink, shutLink } from './link.js';
import type { EndpointKernel } from './manager.js';
import { addressesOf, type EndpointRecord } from './record.js';

export interface KernelOptions {
  readonly datapath: Datapath;
  readonly run: Exec;
  /** MTU of workloads; null while the node is not set up. */
  readonly mtu: () => number | null;
}

/** Endpoints in the kernel: a veth pair with programs on its host side and elements in two maps. */
export class VethKernel implements EndpointKernel {
  constructor(private readonly options: KernelOptions) {}

  mtu(): number {
    const behind = this.options.datapath.standsBehind;
    if (behind !== null)
      throw new AgentError(
        'UNAVAILABLE',
        `this agent is taking over from layout ${behind}, whose programs know no new endpoint; try again soon`,
      );
    const mtu = this.options.mtu();
    if (mtu === null) {
      throw new AgentError(
        'UNAVAILABLE',
        'the node is not set up yet: it waits for its allocation and the settings of the cluster',
      );
    }
    return mtu;
  }

  async create(record: EndpointRecord): Promise<number> {
    // What lies under our own names is ours: a half-made pair of an earlier life.
    if (this.find(record) !== null) await removeLink(this.options.run, record.hostInterface);
    await createLink(this.options.run, record);
    const ifindex = this.find(record);
    if (ifindex === null)
      throw new AgentError('INTERNAL', `${record.hostInterface} is not there though it was just made`);
    return ifindex;
  }

  /**
   * An endpoint that is taken over keeps its elements: its last policy holds until the store was read. A new one gets
   * elements that say no to everything, before there is any way for a packet to arrive.
   */
  guard(record: EndpointRecord, ifindex: number): void {
    const { datapath } = this.options;
    const present = datapath.interfaces.get(ifindex);
    if (record.phase !== 'active' || present?.endpoint.endpointId !== record.id) {
      const shut = { identity: ReservedIdentity.init, policyClass: 0, flags: EndpointFlag.redirectPeer };
      const entry = endpointEntry(record, ifindex, shut);
      datapath.interfaces.set(ifindex, interfaceEntry(record, entry));
      for (const address of addressesOf(record)) datapath.endpoints.set(address, entry);
    }
    datapath.attachEndpoint(record.id, ifindex);
  }

  furnish(record: EndpointRecord): Promise<void> {
    return furnishLink(this.options.run, record);
  }

  open(record: EndpointRecord, guarded: Promise<void>): Promise<void> {
    return openLink(this.options.run, record, guarded);
  }

  shut(record: EndpointRecord): Promise<void> {
    return shutLink(this.options.run, record);
  }

  find(record: EndpointRecord): number | null {
    return this.options.datapath.ifindex(record.hostInterface);
  }

  /** The link goes first: from then on nothing can be sent, whatever else is still there. */
  async remove(record: EndpointRecord, ifindex: number | null): Promise<void> {
    const { datapath, run } = this.options;
    await removeLink(run, record.hostInterface);
    if (this.find(record) !== null)
      throw new AgentError('INTERNAL', `${record.hostInterface} cannot be removed`);
    datapath.detachEndpoint(record.id);
    for (const address of addressesOf(record)) {
      if (datapath.endpoints.get(address)?.endpointId === record.id) datapath.endpoints.delete(address);
    }
    for (const [index, entry] of datapath.interfaces.entries()) {
      if (index === ifindex || entry.endpoint.endpointId === record.id) datapath.interfaces.delete(index);
    }
  }
}
