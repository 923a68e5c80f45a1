import { lookup as resolveName } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { AgentConfig } from '@sluice/api';
import { type Alarm, Datapath, type DatapathOptions, type InfrastructureEntry } from '@sluice/datapath';
import { type Batch, keys, type Store } from '@sluice/store';
import type { ControlStreamStatus } from './control-stream.js';
import { VethKernel } from './endpoints/kernel.js';
import { EndpointManager } from './endpoints/manager.js';
import { addressesOf } from './endpoints/record.js';
import { Publication } from './endpoints/publication.js';
import { assigned } from './endpoints/state.js';
import { Enforcement } from './enforcement.js';
import { FlowStore } from './flows.js';
import { CookieTable } from './journal/cookies.js';
import { EndpointJournal } from './journal/endpoints.js';
import { PolicyEngine } from './kernel/engine.js';
import { Realizer } from './kernel/realizer.js';
import { Names } from './names.js';
import { NodeAddresses } from './node/addresses.js';
import { infrastructureOf, type Lookup } from './node/infrastructure.js';
import { NodeSetup } from './node/node.js';
import { Pace } from './pace.js';
import { Publisher } from './publisher.js';
import { FlowRecorder } from './recorded/recorder.js';
import { StoreLink } from './store-link.js';
import { messageOf } from './util/errors.js';
import { exec, type Exec } from './util/exec.js';
import type { Log } from './util/log.js';
import { Mutex } from './util/mutex.js';
import { Once } from './util/once.js';
import { backoffMs } from './util/reconciler.js';
import { VERSION } from './version.js';
import { CidrIdentities } from './world/cidrs.js';
import { SharedState } from './world/state.js';

export interface AgentOptions {
  readonly config: AgentConfig;
  readonly store: Store;
  readonly native: DatapathOptions['native'];
  readonly bpfDir: string;
  readonly log: Log;
  readonly run?: Exec;
  /** Milliseconds between looks at what others may have changed in the kernel; default 15000. */
  readonly verifyEveryMs?: number;
  readonly guardEveryMs?: number;
}

const ALIVE_TTL_SECONDS = 15;
const VERIFY_MS = 15_000;
/** Nothing tells that a TCX program was taken off. Fifty endpoints are looked at each second, a thousand in twenty. */
const WATCH_MS = 1_000;
const PROGRAMS_AT_ONCE = 100;
/** Devices, routes and rules are made sure of each so many verifications: that starts processes. */
const NODE_EVERY = 4;
const MAINTAIN_MS = 500;
const KEPT_ALARMS = 50;

export interface AlarmRecord extends Alarm {
  readonly time: string;
}

/** One node's agent: what the store says and what runs here, brought together in the kernel. */
export class Agent implements AsyncDisposable {
  readonly flows: FlowStore;
  /** Break glass, for this node alone. */
  readonly enforcement: Enforcement;
  /** Counted flows of the last days, on disk. */
  readonly recorder: FlowRecorder;
  readonly endpoints: EndpointManager;
  readonly datapath: Datapath;
  readonly journal: EndpointJournal;
  readonly link: StoreLink;
  readonly publisher: Publisher;
  private readonly publication: Publication;
  readonly node: NodeSetup;
  readonly pace = new Pace();
  readonly started = new Date().toISOString();
  readonly alarms: AlarmRecord[] = [];
  alarmCount = 0;
  /** Asks the stream to the control plane how it stands; set by whoever runs one. */
  controlStatus: () => ControlStreamStatus = () => ({ connected: false, address: null, error: null });
  /** Last revision that is wholly in the kernel. */
  realized = 0;
  errors: readonly string[] = [];
  warnings: readonly string[] = [];
  private state = new SharedState();
  private infrastructure: readonly InfrastructureEntry[] = [];
  private unresolved: readonly string[] = [];
  private readonly resumption = new Once(() => this.changed());
  private readonly retry = new Once(() => this.changed());
  private readonly names: Names;
  private readonly addresses: NodeAddresses;
  private readonly cookies: CookieTable;
  private readonly realizer: Realizer;
  private readonly mutex = new Mutex();
  private readonly timers: NodeJS.Timeout[] = [];
  /** What the node is set up for, by reference and version; empty: it has to be looked at. */
  private setUpFor: readonly unknown[] = [];
  private failures = 0;
  private passWanted = false;
  private passed = false;
  private verified = 0;
  private alive: AsyncDisposable | null = null;
  private pruned = false;
  private closed = false;

  private constructor(private readonly options: AgentOptions) {
    const { config, store, native, bpfDir, log } = options;
    const run = options.run ?? exec;
    this.datapath = Datapath.open({
      native,
      bpffs: config.bpffs,
      instance: config.instance,
      bpfDir,
      attach: config.attach,
      onAlarm: (alarm) => this.alarm(alarm),
    });
    this.journal = new EndpointJournal(join(config.stateDir, 'endpoints'));
    this.addresses = new NodeAddresses(join(config.stateDir, 'addresses.json'));
    this.cookies = new CookieTable(join(config.stateDir, 'cookies.jsonl'));
    const cidrs = new CidrIdentities();
    this.realizer = new Realizer({
      node: config.node,
      ownAddresses: config.addresses,
      datapath: this.datapath,
      engine: new PolicyEngine(),
      cookies: this.cookies,
      cidrs,
      assigned,
      infrastructure: () => this.infrastructure,
      onAlarm: (alarm) => this.alarm(alarm),
    });
    this.node = new NodeSetup({
      datapath: this.datapath,
      run,
      underlay: config.underlay,
      addresses: config.addresses,
    });
    this.endpoints = new EndpointManager({
      journal: this.journal,
      addresses: this.addresses,
      kernel: new VethKernel({ datapath: this.datapath, run, mtu: () => this.node.workloadMtu }),
      onChange: () => this.changed(),
      log,
    });
    this.names = new Names({
      node: config.node,
      state: () => this.state,
      locals: () => this.endpoints.all(),
      cidrLabels: (identity) => this.realizer.labelsOf(identity),
      provenance: (cookie) => this.cookies.provenance(cookie),
      monotonic: () => this.datapath.now(),
    });
    this.enforcement = new Enforcement(this.datapath.breakGlass, log, () => this.changed());
    this.flows = new FlowStore(() => this.names.resolver());
    this.recorder = new FlowRecorder({
      folder: join(config.stateDir, 'flows'),
      resolver: () => this.names.resolver(),
      log,
    });
    this.publisher = new Publisher(store, config.node, log);
    this.publication = new Publication(this.publisher, config.node);
    this.link = new StoreLink({
      store,
      guardPath: join(config.stateDir, 'guard.json'),
      onBatch: (batch, fresh) => this.mutex.run(() => this.take(batch, fresh)),
      ...(options.guardEveryMs === undefined ? {} : { guardEveryMs: options.guardEveryMs }),
      log,
    });
  }

  /** Takes over what an earlier agent left, then begins to follow the store. Rejects where the data path cannot be loaded. */
  static async start(options: AgentOptions): Promise<Agent> {
    const agent = new Agent(options);
    await agent.begin();
    return agent;
  }

  private async begin(): Promise<void> {
    const { config, store, log } = this.options;
    await this.findInfrastructure();
    await this.node.takeOver();
    await this.endpoints.takeOver();
    if (this.addresses.corrupt !== null)
      log.error('which addresses were given back cannot be read: none is given out for a minute', {
        reason: this.addresses.corrupt,
      });
    for (const { file, reason } of this.journal.corrupt) {
      log.error('an endpoint of the journal cannot be read and stays as it is in the kernel', {
        file,
        reason,
      });
    }
    this.recorder.start();
    this.datapath.readEvents((events) => {
      this.flows.add(events);
      this.recorder.add(events);
    });
    this.publisher.publish(keys.node(config.node), {
      addresses: config.addresses,
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      version: VERSION,
      kernel: release(),
      started: this.started,
    });
    this.alive = store.keepAlive(keys.alive(config.node), { since: this.started }, ALIVE_TTL_SECONDS);
    this.every(MAINTAIN_MS, () => this.datapath.policy.maintain());
    this.every(Math.min(WATCH_MS, this.options.verifyEveryMs ?? WATCH_MS), () => {
      this.watchPrograms().catch((error: unknown) =>
        log.error('a link could not be put down or up', { error: messageOf(error) }),
      );
    });
    this.every(this.options.verifyEveryMs ?? VERIFY_MS, () => this.verify());
    this.link.start();
  }

  private async findInfrastructure(): Promise<void> {
    const lookup: Lookup = async (name) =>
      (await resolveName(name, { all: true })).map(({ address }) => address);
    const { entries, unresolved } = await infrastructureOf(this.config, lookup);
    this.infrastructure = entries;
    this.unresolved = unresolved.map(
      (host) => `${host} of agent.json has no address now: a host policy would close it`,
    );
  }

  get controlPlane(): ControlStreamStatus {
    return this.controlStatus();
  }

  /** How full maps are, by their names: 0 to 1. The rest of them forgets by itself, or cannot be full. */
  get fill(): Readonly<Record<string, number>> {
    const { policy, endpoints } = this.datapath;
    const addresses = this.endpoints.all().reduce((sum, { record }) => sum + addressesOf(record).length, 0);
    return {
      policy: policy.fill,
      policy_classes: policy.known.length / policy.most,
      ipcache: this.realizer.ipcacheFill,
      endpoints: addresses / endpoints.map.maxEntries,
    };
  }

  get frozen(): string | null {
    return this.link.status.frozen;
  }

  /** True once this node has its addresses and everything of the store was in the kernel at least once. */
  get ready(): boolean {
    return this.notReady === null;
  }

  /** What is still missing before workloads can be added; null: nothing. */
  get notReady(): string | null {
    if (this.frozen !== null) return this.frozen;
    if (this.standsBehind !== null) return this.standsBehind;
    if (this.realized === 0) return this.errors[0] ?? 'the store was not read yet (is etcd up?)';
    if (this.state.allocations.has(this.config.node)) return null;
    return 'this node has no address prefixes yet: is a control plane running and this node joined?';
  }

  get config(): AgentConfig {
    return this.options.config;
  }

  /** Settings of the cluster as this agent knows them. */
  get settings(): SharedState['settings'] {
    return this.state.settings;
  }

  private async take(batch: Batch, fresh: boolean): Promise<void> {
    if (fresh) this.state = new SharedState();
    // What a store that was accepted does not have is not seen to be missing: it may lie outside of what is read.
    if (fresh) this.publisher.again();
    this.state.apply(batch);
    this.pace.took(batch);
    this.names.changed();
    this.publication.check(batch);
    await this.pass();
    if (batch.full && !this.pruned) {
      await this.publisher.prune();
      this.pruned = true;
    }
  }

  /** Another pass soon; several wishes make one. */
  private changed(): void {
    this.names.changed();
    this.publishEndpoints();
    if (this.passWanted) return;
    this.passWanted = true;
    void this.mutex
      .run(() => this.pass())
      .catch((error: unknown) => this.options.log.error('pass failed', { error: messageOf(error) }));
  }

  /** Store to kernel, once. What failed is tried again later; nothing is ever half-open on the way. */
  private async pass(): Promise<void> {
    this.passWanted = false;
    if (this.closed || !this.state.complete || this.frozen !== null) return;
    const { config } = this.options;
    const begun = performance.now();
    const own = this.state.allocations.get(config.node);
    if (own) this.addresses.setPrefixes(own.prefixes);
    const revision = this.state.revision;
    const nodeError = await this.setUpNode();
    const { errors, warnings, suspendedFor } = this.realizer.realize(this.state, this.endpoints.all());
    this.errors = nodeError === null ? errors : [...errors, nodeError];
    const whole = errors.length === 0 && (nodeError === null || !own);
    if (own && this.errors.length === 0) await this.takeOverLayout();
    const suspended = this.enforcement.warning();
    this.warnings = [
      ...(suspended === null ? [] : [suspended]),
      ...(this.standsBehind === null ? [] : [this.standsBehind]),
      ...warnings,
      ...this.node.warnings,
      ...this.unresolved,
    ];
    // The end of a suspension is this node’s business, whoever else is there to see it.
    this.resumption.plan(suspendedFor);
    this.passed = true;
    this.endpoints.notify();
    this.publishEndpoints();
    if (whole && this.standsBehind === null) this.realized = revision;
    this.publisher.publish(keys.realized(config.node), {
      generation: this.link.generation,
      revision: this.realized,
      errors: [...this.errors, ...this.warnings],
    });
    this.pace.passed(performance.now() - begun, this.realized === revision);
    this.planRetry(this.errors.length > 0);
  }

  /** What another layout's programs still do in place of ours; null: ours decide. */
  get standsBehind(): string | null {
    const from = this.datapath.standsBehind;
    if (from === null) return null;
    const waiting = this.endpoints.all().filter(({ ready }) => !ready);
    const why =
      waiting.length > 0 ? `endpoint ${waiting[0]!.record.id} is not ready` : 'the store was not read';
    return `layout ${from} and the policies that it has go on to be enforced until all is ready here: ${why}`;
  }

  /** Takes over from another layout's programs once nothing is missing here. */
  private async takeOverLayout(): Promise<void> {
    const from = this.datapath.standsBehind;
    if (from === null || this.endpoints.all().some(({ ready }) => !ready)) return;
    await this.datapath.takeOver();
    this.options.log.info('taken over from another layout', { from });
  }

  private async setUpNode(): Promise<string | null> {
    const { settings, allocations, pools } = this.state;
    const wanted = [settings, allocations, pools, allocations.version, pools.version];
    if (this.setUpFor.length > 0 && wanted.every((one, i) => one === this.setUpFor[i])) return null;
    this.setUpFor = [];
    try {
      await this.node.apply({ node: this.options.config.node, settings, allocations, pools });
      this.setUpFor = wanted;
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  private planRetry(wanted: boolean): void {
    this.failures = wanted ? this.failures + 1 : 0;
    this.retry.plan(wanted && !this.closed ? backoffMs(this.failures) : null);
  }

  private publishEndpoints(): void {
    this.publication.claim(this.endpoints.labels());
    // Before the first pass an endpoint that was taken over has no identity here, and must not be told to have none.
    if (this.passed) this.publication.tell(this.endpoints.all());
  }

  /** Programs that somebody took away, or got in front of, are put back; an endpoint that stays without has its link put down. */
  private async watchPrograms(): Promise<void> {
    const { datapath, endpoints } = this;
    datapath.checkTakeover();
    for (const { name, state, error } of datapath.attachments.verify(PROGRAMS_AT_ONCE)) {
      if (state !== 'ok') this.options.log.warn('program checked', { name, state, error });
      const id = Number(/^ep-(\d+)-/.exec(name)?.[1] ?? 0);
      if (id !== 0) await endpoints.guarded(id, datapath.isGuarded(id));
    }
  }

  /** Repairs what others changed in the maps, once the store was read. */
  private verify(): void {
    if (!this.state.complete || this.frozen !== null) return;
    this.realizer.refresh();
    if (++this.verified % NODE_EVERY === 0) {
      this.node.again();
      this.setUpFor = [];
      this.realizer.tidy();
    }
    this.changed();
  }

  private alarm(alarm: Alarm): void {
    this.options.log.error('alarm', { ...alarm });
    this.alarmCount++;
    this.alarms.push({ ...alarm, time: new Date().toISOString() });
    if (this.alarms.length > KEPT_ALARMS) this.alarms.shift();
  }

  private every(milliseconds: number, task: () => void): void {
    const timer = setInterval(() => {
      try {
        task();
      } catch (error) {
        this.options.log.error('periodic task failed', { error: messageOf(error) });
      }
    }, milliseconds);
    timer.unref();
    this.timers.push(timer);
  }

  /** Why an endpoint is not ready, for whoever waits for it. */
  whyNotReady(id: number): string {
    const local = this.endpoints.get(id);
    if (this.frozen !== null) return `the agent is frozen: ${this.frozen}`;
    if (!this.state.complete) return 'the store was not read yet (is etcd up?)';
    if (local?.identity === null) return 'the control plane has not assigned its identity yet';
    return this.errors[0] ?? 'its policy is not in the kernel yet';
  }

  /** Stops the process's part. The data path stays in place and goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearInterval(timer);
    this.retry[Symbol.dispose]();
    this.resumption[Symbol.dispose]();
    await this.link[Symbol.asyncDispose]();
    this.publisher[Symbol.dispose]();
    await this.alive?.[Symbol.asyncDispose]();
    await this.mutex.run(() => undefined);
    this.datapath[Symbol.dispose]();
    this.cookies.close();
    await this.recorder[Symbol.asyncDispose]();
  }
}
