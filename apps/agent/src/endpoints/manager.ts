import type { AddressSet } from '@sluice/ipam';
import type { Labels } from '@sluice/labels';
import type { EndpointJournal } from '../journal/endpoints.js';
import { AgentError, messageOf } from '../util/errors.js';
import type { Log } from '../util/log.js';
import { Mutex } from '../util/mutex.js';
import { checkInterfaceName, checkNetns, hostInterface, randomMac } from './link.js';
import {
  addressesOf,
  type EndpointRecord,
  type NamedPort,
  namedPortsOfRecord,
  type Workload,
  workloadKey,
} from './record.js';

/** Where addresses come from. */
export interface Addresses {
  /** Takes the wished addresses, or one of each family. Throws AgentError. */
  acquire(wished: readonly string[]): AddressSet;
  /** Marks addresses of the journal as taken. */
  adopt(addresses: readonly string[]): void;
  /** Gives back; they rest before they are used again. */
  release(addresses: readonly string[]): void;
}

/** What the manager asks of the kernel. Each step is idempotent. */
export interface EndpointKernel {
  /** MTU for workloads now; throws UNAVAILABLE while the node is not set up. */
  mtu(): number;
  create(record: EndpointRecord): Promise<number>;
  /** Addresses and routes in the workload's namespace. Nothing passes while the host side is down. */
  furnish(record: EndpointRecord): Promise<void>;
  /** Map entries without EP_READY, then both programs. */
  guard(record: EndpointRecord, ifindex: number): void;
  /** The host side up once `guarded` resolves; rejects, with nothing done, where that does. */
  open(record: EndpointRecord, guarded: Promise<void>): Promise<void>;
  /** The host side down: nothing passes. */
  shut(record: EndpointRecord): Promise<void>;
  /** ifindex of the host side; null where it is gone. */
  find(record: EndpointRecord): number | null;
  remove(record: EndpointRecord, ifindex: number | null): Promise<void>;
}

/** An endpoint that is at least shut in the kernel. */
export interface LocalEndpoint {
  readonly record: EndpointRecord;
  readonly ifindex: number;
  /** Assigned identity, null while there is none. Set by the realizer. */
  identity: number | null;
  /** Identity and policy are in the kernel. Set by the realizer. */
  ready: boolean;
}

export interface AddRequest {
  readonly workload: Workload;
  readonly labels: Labels;
  readonly namedPorts: readonly NamedPort[];
  readonly netns: string;
  readonly interfaceName: string;
  readonly addresses: readonly string[];
}

export interface ManagerOptions {
  readonly journal: EndpointJournal;
  readonly addresses: Addresses;
  readonly kernel: EndpointKernel;
  /** Called after any change of the set of endpoints, those that are being made among them. */
  readonly onChange: () => void;
  readonly log: Log;
}

const LAST_ID = 65535;

/** The node's endpoints: made, taken over and removed, each step journalled before it is in the kernel. */
export class EndpointManager {
  private readonly locals = new Map<number, LocalEndpoint>();
  private readonly byKey = new Map<string, LocalEndpoint>();
  private sorted: readonly LocalEndpoint[] | null = null;
  private readonly making = new Set<EndpointRecord>();
  private readonly locks = new Map<string, Mutex>();
  /** Endpoints whose host side is down because their programs are lost. */
  private readonly unguarded = new Set<number>();
  private readonly waiters = new Set<() => void>();
  private lastId = 0;

  constructor(private readonly options: ManagerOptions) {}

  /** By number; the same array until the set changes. */
  all(): readonly LocalEndpoint[] {
    return (this.sorted ??= [...this.locals.values()].sort((a, b) => a.record.id - b.record.id));
  }

  /** Labels of all endpoints, and of those that are being made: their identity can be asked for while the kernel works. */
  *labels(): Iterable<Labels> {
    for (const { record } of this.locals.values()) yield record.labels;
    for (const { labels } of this.making) yield labels;
  }

  get(id: number): LocalEndpoint | null {
    return this.locals.get(id) ?? null;
  }

  byWorkload(workload: Workload): LocalEndpoint | null {
    return this.byKey.get(workloadKey(workload)) ?? null;
  }

  private keep(local: LocalEndpoint): void {
    this.locals.set(local.record.id, local);
    this.byKey.set(workloadKey(local.record.workload), local);
    this.sorted = null;
  }

  private drop({ record }: LocalEndpoint): void {
    this.locals.delete(record.id);
    this.unguarded.delete(record.id);
    this.byKey.delete(workloadKey(record.workload));
    this.sorted = null;
  }

  /**
   * After a start: what the journal says is made true again. Whole endpoints are taken over as they are, programs swapped in
   * place; halves are removed. An endpoint whose interface is gone has lost its workload and is removed too.
   */
  async takeOver(): Promise<void> {
    for (const record of this.options.journal.all()) {
      this.lastId = Math.max(this.lastId, record.id);
      this.options.addresses.adopt(addressesOf(record));
      const ifindex = this.options.kernel.find(record);
      if (record.phase === 'active' && ifindex !== null) {
        this.options.kernel.guard(record, ifindex);
        this.keep({ record, ifindex, identity: null, ready: false });
        continue;
      }
      this.options.log.warn('endpoint removed after restart', {
        id: record.id,
        phase: record.phase,
        gone: ifindex === null,
      });
      await this.undo(record, ifindex);
    }
  }

  /** Makes an endpoint, shut. The same request again gives the same endpoint. */
  add(request: AddRequest): Promise<LocalEndpoint> {
    checkInterfaceName(request.interfaceName);
    checkNetns(request.netns);
    return this.locked(workloadKey(request.workload), () => this.addLocked(request));
  }

  private async addLocked(request: AddRequest): Promise<LocalEndpoint> {
    const present = this.byWorkload(request.workload);
    if (present) return this.same(present, request);
    const record = this.newRecord(request);
    let ifindex: number | null = null;
    try {
      this.options.journal.put(record);
      this.making.add(record);
      this.changed();
      ifindex = await this.options.kernel.create(record);
      await this.furnish(record, ifindex);
      const active: EndpointRecord = { ...record, phase: 'active' };
      this.options.journal.put(active);
      const local: LocalEndpoint = { record: active, ifindex, identity: null, ready: false };
      this.making.delete(record);
      this.keep(local);
      this.changed();
      return local;
    } catch (error) {
      if (this.making.delete(record)) this.changed();
      await this.undo(record, ifindex).catch((second: unknown) => {
        this.options.log.error('a half-made endpoint could not be removed', {
          id: record.id,
          error: messageOf(second),
        });
      });
      throw error;
    }
  }

  /**
   * Both sides at once; the host side opens last. Attaching programs holds this process for two grace periods of the kernel, so
   * those that work on either side are started before it. Returns, or throws, when nothing of it runs any more.
   */
  private async furnish(record: EndpointRecord, ifindex: number): Promise<void> {
    const { kernel } = this.options;
    const { promise: guarded, resolve, reject } = Promise.withResolvers<void>();
    const sides = Promise.allSettled([kernel.open(record, guarded), kernel.furnish(record)]);
    try {
      kernel.guard(record, ifindex);
      resolve();
    } catch (error) {
      reject(error);
    }
    const [first] = (await sides).filter(({ status }) => status === 'rejected');
    if (first?.status === 'rejected') throw first.reason;
  }

  private same(present: LocalEndpoint, request: AddRequest): LocalEndpoint {
    const { record } = present;
    const equal =
      record.netns === request.netns &&
      record.interfaceName === request.interfaceName &&
      JSON.stringify(record.labels) === JSON.stringify(request.labels) &&
      JSON.stringify(namedPortsOfRecord(record)) === JSON.stringify(request.namedPorts);
    if (equal) return present;
    throw new AgentError(
      'ALREADY_EXISTS',
      `workload ${workloadKey(record.workload)} has endpoint ${record.id}; delete it first`,
    );
  }

  private newRecord(request: AddRequest): EndpointRecord {
    const mtu = this.options.kernel.mtu();
    const id = this.newId();
    const addresses = this.options.addresses.acquire(request.addresses);
    const { workload, labels, namedPorts, netns, interfaceName } = request;
    return {
      version: 1,
      id,
      workload,
      labels,
      namedPorts,
      netns,
      interfaceName,
      hostInterface: hostInterface(id),
      mac: randomMac(),
      hostMac: randomMac(),
      ...addresses,
      mtu,
      phase: 'creating',
    };
  }

  /** Numbers go round, so that one just freed is not used at once. */
  private newId(): number {
    for (let tries = 0; tries < LAST_ID; tries++) {
      this.lastId = (this.lastId % LAST_ID) + 1;
      if (!this.locals.has(this.lastId) && this.options.journal.get(this.lastId) === null) return this.lastId;
    }
    throw new AgentError('RESOURCE_EXHAUSTED', `this node has ${LAST_ID} endpoints, the most there can be`);
  }

  /**
   * Keeps an endpoint's host side down while its programs are not there, and up while they are: without them its packets would go
   * by no policy.
   */
  async guarded(id: number, isGuarded: boolean): Promise<void> {
    const local = this.locals.get(id);
    if (!local || this.unguarded.has(id) !== isGuarded) return;
    await this.locked(workloadKey(local.record.workload), async () => {
      if (this.locals.get(id) !== local || this.unguarded.has(id) !== isGuarded) return;
      const { kernel, log } = this.options;
      // Its workload has gone, and took the pair with it.
      if (kernel.find(local.record) === null) return;
      log.error(
        isGuarded
          ? 'endpoint guarded again: its link goes up'
          : 'endpoint without programs: its link goes down',
        { id },
      );
      if (isGuarded) await kernel.open(local.record, Promise.resolve());
      else await kernel.shut(local.record);
      if (isGuarded) this.unguarded.delete(id);
      else this.unguarded.add(id);
    });
  }

  /** Removes an endpoint; false where there is none. */
  async remove(id: number): Promise<boolean> {
    const local = this.locals.get(id);
    if (!local) return false;
    return this.locked(workloadKey(local.record.workload), async () => {
      if (this.locals.get(id) !== local) return false;
      const record: EndpointRecord = { ...local.record, phase: 'deleting' };
      this.options.journal.put(record);
      this.drop(local);
      this.changed();
      await this.undo(record, local.ifindex);
      return true;
    });
  }

  /** Resolves when the endpoint is ready. Throws DEADLINE_EXCEEDED, or NOT_FOUND where it was removed meanwhile. */
  async waitReady(id: number, timeoutMs: number, why: () => string): Promise<LocalEndpoint> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const local = this.locals.get(id);
      if (!local) throw new AgentError('NOT_FOUND', `endpoint ${id} was removed`);
      if (local.ready) return local;
      const left = deadline - Date.now();
      if (left <= 0) throw new AgentError('DEADLINE_EXCEEDED', `endpoint ${id} is not ready: ${why()}`);
      await this.nextNotice(left);
    }
  }

  /** Waits until a condition holds, looking after each notice; false at the deadline. */
  async waitFor(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (!condition()) {
      const left = deadline - Date.now();
      if (left <= 0) return false;
      await this.nextNotice(left);
    }
    return true;
  }

  /** Wakes those that wait for an endpoint. */
  notify(): void {
    for (const wake of [...this.waiters]) wake();
  }

  private nextNotice(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.waiters.add(wake);
    });
  }

  private async undo(record: EndpointRecord, ifindex: number | null): Promise<void> {
    await this.options.kernel.remove(record, ifindex);
    this.options.addresses.release(addressesOf(record));
    this.options.journal.remove(record.id);
  }

  private changed(): void {
    this.options.onChange();
    this.notify();
  }

  private locked<T>(key: string, task: () => Promise<T>): Promise<T> {
    let lock = this.locks.get(key);
    if (!lock) this.locks.set(key, (lock = new Mutex()));
    return lock.run(task);
  }
}
