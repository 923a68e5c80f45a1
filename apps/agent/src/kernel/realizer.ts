import {
  type Alarm,
  type Datapath,
  EndpointFlag,
  type EndpointEntry,
  type InfrastructureEntry,
  ReservedIdentity,
} from '@sluice/datapath';
import type { Labels } from '@sluice/labels';
import type { LocalEndpoint } from '../endpoints/manager.js';
import { addressesOf, namedPortsOfRecord } from '../endpoints/record.js';
import { messageOf } from '../util/errors.js';
import { type Changes, ChangesOf } from '../world/changes.js';
import type { CidrIdentities } from '../world/cidrs.js';
import {
  apiServers,
  hasApiNode,
  nodeNumber,
  nodesOf,
  notAddresses,
  ownPorts,
  policySettings,
  servicesOf,
  suspendedFor,
} from '../world/inputs.js';
import { Owners } from '../world/owners.js';
import { PortNames } from '../world/ports.js';
import type { SharedState } from '../world/state.js';
import { LocalClasses } from './classes.js';
import { endpointEntry, EndpointWriter } from './endpoints.js';
import type { PolicyEngine } from './engine.js';
import type { CookieAssigner } from './forms.js';
import { HostPolicy } from './host.js';
import { IpcacheWriter } from './ipcache.js';
import { Locals, type Moves } from './locals.js';
import { Peers } from './peers.js';

/** The cookie journal, as far as the realizer needs it. */
export interface Cookies extends CookieAssigner {
  retain(used: ReadonlySet<number>): void;
}

export interface RealizerOptions {
  readonly node: string;
  readonly ownAddresses: readonly string[];
  readonly datapath: Pick<
    Datapath,
    'endpoints' | 'interfaces' | 'ipcache' | 'policy' | 'host' | 'infrastructure'
  >;
  readonly engine: PolicyEngine;
  readonly cookies: Cookies;
  readonly cidrs: CidrIdentities;
  /** The number that the store has for a label set; null: not assigned, or being taken back. */
  readonly assigned: (labels: Labels, state: SharedState) => number | null;
  /** Ports that no host policy closes. */
  readonly infrastructure: () => readonly InfrastructureEntry[];
  readonly onAlarm: (alarm: Alarm) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface RealizeResult {
  /** What is not in the kernel as it should be; empty: everything is. */
  readonly errors: readonly string[];
  /** Policies that could not be compiled and other things that an operator should know. */
  readonly warnings: readonly string[];
  /** Milliseconds until the suspension by which this pass judged ends; null: enforcement was not suspended. */
  readonly suspendedFor: number | null;
}

/**
 * Makes the kernel agree with the store and the local endpoints. The order is the point: entries for new identities are in
 * every local policy before the ipcache points to them and go only after it has left them; an endpoint opens last, and its
 * class is removed only when no endpoint has it. A pass looks at what is new since the one before, and at what that meets.
 */
export class Realizer {
  private readonly changes = new ChangesOf();
  private readonly locals = new Locals();
  private readonly ports = new PortNames();
  private readonly owners: Owners;
  private readonly peers: Peers;
  private readonly classes: LocalClasses;
  private readonly ipcache: IpcacheWriter;
  private readonly endpoints: EndpointWriter;
  private readonly host: HostPolicy;
  private passed = false;
  private settings: SharedState['settings'] | null = null;
  private hasApiNode = false;
  private leftOut: readonly string[] = [];
  /** Nodes have numbers of their own; null: nodes are to be looked at whatever they have. */
  private numbered: boolean | null = null;
  private hostSelected = false;
  /** Subjects whose classes have to be looked at, and endpoints whose elements have to be. */
  private readonly touched = new Set<number>();
  private readonly unsettled = new Set<LocalEndpoint>();
  private isSuspect = false;
  private errors: string[] = [];

  constructor(private readonly options: RealizerOptions) {
    const { cidrs, cookies, datapath, engine, infrastructure, node, ownAddresses } = options;
    this.owners = new Owners({ node, ownAddresses });
    this.peers = new Peers(engine, cidrs, this.owners);
    this.classes = new LocalClasses(engine, cookies, datapath.policy);
    this.ipcache = new IpcacheWriter(datapath.ipcache, this.owners.claims);
    this.endpoints = new EndpointWriter(datapath);
    this.host = new HostPolicy(datapath, infrastructure);
    cidrs.adopt(datapath.ipcache.entries());
  }

  /** One pass over what is new; writes only what differs. Never throws for a part: what failed is in the result, and is tried again by the next pass. */
  realize(state: SharedState, locals: readonly LocalEndpoint[]): RealizeResult {
    const { engine, now: clock = Date.now } = this.options;
    // Read once: a pass that judged by one time and planned its end by a later one could miss the end for good.
    const now = clock();
    const changes = this.changes.take(state);
    this.errors = [];
    const moves = this.locals.update(locals, (local) => this.assign(local, state));
    this.takeMoves(moves);
    this.takeStore(state, changes);
    this.takeNames();
    if (this.passed) this.introduce(state, changes);
    engine.setSettings({ ...policySettings(state, locals, now), hasApiNode: this.hasApiNode });
    if (changes.services.size > 0) engine.setServices(servicesOf(state));
    for (const key of changes.policies) engine.setPolicy(key, state.policies.get(key) ?? null);
    const written = this.write(state, engine.namesNodes());
    this.writeEndpoints();
    this.judgeHost();
    this.clean(written);
    this.passed = true;
    this.changes.done();
    return {
      errors: [...new Set(this.errors)],
      warnings: this.warnings(),
      suspendedFor: suspendedFor(state.settings, now),
    };
  }

  /** A number once given stays while the store knows it, also while collection only thinks of taking it back. */
  private assign(local: LocalEndpoint, state: SharedState): void {
    const present = local.identity;
    if (present !== null && state.identities.has(present)) return;
    local.identity = this.options.assigned(local.record.labels, state);
  }

  private takeMoves({ changed, gone, subjects }: Moves): void {
    for (const local of gone) {
      this.takeLocal(local, null);
      this.endpoints.forget(local);
      this.unsettled.delete(local);
    }
    for (const local of changed) {
      this.takeLocal(local, local.identity);
      this.unsettled.add(local);
    }
    for (const subject of subjects) this.touched.add(subject);
  }

  private takeLocal({ record }: LocalEndpoint, identity: number | null): void {
    const isSomebody = identity !== null;
    this.owners.setLocal(record.id, isSomebody ? { addresses: addressesOf(record), identity } : null);
    this.ports.set(
      `local ${record.id}`,
      isSomebody ? { identity, namedPorts: namedPortsOfRecord(record) } : null,
    );
  }

  private takeStore(state: SharedState, changes: Changes): void {
    for (const key of changes.endpoints) {
      const endpoint = state.endpoints.get(key);
      // Local endpoints are what is here, not what the store says.
      this.ports.set(key, endpoint && endpoint.node !== this.options.node ? endpoint.value : null);
    }
    for (const identity of changes.identities)
      this.peers.setIdentity(identity, state.identities.get(identity)?.labels ?? null);
    this.owners.update(state, changes);
    const reset = state.settings !== this.settings;
    this.settings = state.settings;
    if (reset || changes.services.size > 0 || changes.allocations.size > 0) this.takeAddresses(state);
  }

  /** Who the API server is depends on services, settings and nodes; so does which nodes there are for policies. */
  private takeAddresses(state: SharedState): void {
    this.owners.setApiServers(apiServers(state));
    this.hasApiNode = hasApiNode(state, this.options.node);
    this.leftOut = notAddresses(state);
    this.numbered = null;
  }

  /**
   * Prefixes that only the new policies name, and nodes where only they do, get their numbers while the old policies still hold,
   * so that the policies then change in one step for each class. Never in the first pass: before it no policy is known here, and
   * the kernel's hold.
   */
  private introduce(state: SharedState, changes: Changes): void {
    const { engine } = this.options;
    const needed = engine.neededBy([...changes.policies].flatMap((key) => state.policies.get(key) ?? []));
    if (!needed.nodes && needed.prefixes.length === 0) return;
    const release = engine.holdPrefixes(needed.prefixes);
    this.write(state, needed.nodes || engine.namesNodes());
    release();
  }

  /** Policies, then the ipcache, then what only the ipcache of before needed. False where the ipcache could not be written. */
  private write(state: SharedState, numbered: boolean): boolean {
    const { engine, node } = this.options;
    this.peers.setPrefixes(engine.takePrefixes());
    if (numbered !== this.numbered) {
      this.owners.setNumbers(state, (name) => nodeNumber(name, { node, numbered, state }));
      this.peers.setNodes(nodesOf(state, node, numbered));
      this.numbered = numbered;
    }
    this.writePolicies();
    const written = this.repoint() && this.attempt('ipcache', () => this.ipcache.write());
    if (written && this.forget()) this.writePolicies();
    return written;
  }

  /**
   * An open endpoint that has another class now gets it before the ipcache changes: its old class does not know who the ipcache will
   * speak of, and is not told any more. False where that could not be done: then the ipcache stays as it is.
   */
  private repoint(): boolean {
    const entries = [...this.unsettled].map((local) => [local, this.entry(local)] as const);
    const moving = entries.filter(([local, entry]) => this.endpoints.changesClass(local, entry));
    return moving.length === 0 || this.attempt('endpoints', () => this.endpoints.write(moving));
  }

  /** Peers and named ports that only the ipcache of before needed. Returns whether there were any. */
  private forget(): boolean {
    const [peers, ports] = [this.peers.forget(), this.ports.forget()];
    this.takeNames();
    return peers || ports;
  }

  private takeNames(): void {
    for (const [identity, ports] of this.ports.take()) this.options.engine.setNamedPorts(identity, ports);
  }

  private writePolicies(): void {
    const selected = this.options.engine.isSelected(ReservedIdentity.host);
    if (selected !== this.hostSelected) this.touched.add(ReservedIdentity.host);
    this.hostSelected = selected;
    const { subjects, errors } = this.classes.write(this.touched, (subject) => this.portsOf(subject));
    this.errors.push(...errors);
    this.touched.clear();
    for (const subject of subjects) for (const local of this.locals.of(subject)) this.unsettled.add(local);
  }

  private portsOf(subject: number) {
    if (subject === ReservedIdentity.host) return this.hostSelected ? [[]] : [];
    return this.locals.of(subject).map(ownPorts);
  }

  private writeEndpoints(): void {
    const wanted = [...this.unsettled].map((local) => [local, this.entry(local)] as const);
    const written = this.attempt('endpoints', () => {
      this.endpoints.write(wanted);
      if (this.isSuspect) this.endpoints.repair();
    });
    if (!written) return;
    this.isSuspect = false;
    this.unsettled.clear();
  }

  private entry(local: LocalEndpoint): EndpointEntry {
    const { record, ifindex, identity } = local;
    const policyClass = identity === null ? 0 : this.classes.numberOf(identity, ownPorts(local));
    const open = identity !== null && this.classes.has(policyClass);
    return endpointEntry(record, ifindex, {
      identity: identity ?? ReservedIdentity.init,
      policyClass,
      flags: EndpointFlag.redirectPeer | (open ? EndpointFlag.ready : 0),
    });
  }

  private judgeHost(): void {
    try {
      this.host.write(this.hostSelected);
    } catch (error) {
      this.errors.push(`host policy: ${messageOf(error)}`);
    }
  }

  /** Whether it could be done. A map that is full is an alarm: who has no room in it stays shut. */
  private attempt(map: 'ipcache' | 'endpoints', write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.errors.push(`${map}: ${messageOf(error)}`);
      this.options.onAlarm({ kind: 'map-full', subject: map, message: messageOf(error) });
      return false;
    }
  }

  private clean(ipcacheWritten: boolean): void {
    if (this.errors.length > 0) return;
    this.classes.clean();
    if (ipcacheWritten) this.options.cidrs.forget();
  }

  private warnings(): string[] {
    const ignored = [...this.owners.refused].map(([who, reason]) => `${who} is ignored: ${reason}`);
    const broken = [...this.options.engine.broken()].map(
      ({ policy, message }) => `policy ${policy}: ${message}`,
    );
    return [...new Set([...broken, ...ignored, ...this.leftOut])];
  }

  /** Labels of an identity that policies know, those of this node's own numbers among them. */
  labelsOf(identity: number): Labels | null {
    return this.options.engine.labelsOf(identity);
  }

  /** How full the map of addresses is: 0 to 1. */
  get ipcacheFill(): number {
    return this.ipcache.fill;
  }

  /** Reads the kernel anew, so that the next pass repairs what others have changed. */
  refresh(): void {
    this.ipcache.refresh();
    this.classes.refresh();
    this.host.refresh();
    this.isSuspect = true;
  }

  /** Tells the journal of cookies which ones the kernel may speak of. To be called from time to time. */
  tidy(): void {
    this.options.cookies.retain(this.options.datapath.policy.cookies());
  }
}
