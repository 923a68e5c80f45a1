import {
  type Alarm,
  type Datapath,
  diffEntries,
  EndpointFlag,
  type EndpointEntry,
  type InfrastructureEntry,
  NODE_FLAG,
  ReservedIdentity,
} from '@sluice/datapath';
import type { Labels } from '@sluice/labels';
import type { NodeInput } from '@sluice/policy';
import type { LocalEndpoint } from '../endpoints/manager.js';
import { addressesOf, type EndpointRecord } from '../endpoints/record.js';
import { messageOf } from '../util/errors.js';
import type { CidrIdentities } from '../world/cidrs.js';
import { apiServers, nodeNumber, nodesOf, ownPorts, policySettings, portNames } from '../world/inputs.js';
import { desiredIpcache, type DesiredIpcache } from '../world/ipcache.js';
import type { SharedState } from '../world/state.js';
import { LocalClasses, type LocalSubject } from './classes.js';
import type { PolicyEngine } from './engine.js';
import type { CookieAssigner } from './forms.js';
import { HostPolicy } from './host.js';

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
}

/** What one writing of policies and ipcache is about. */
interface Wanted {
  readonly state: SharedState;
  readonly locals: readonly LocalEndpoint[];
  readonly cidrs: ReadonlyMap<string, number>;
  /** Nodes have numbers of their own. */
  readonly numbered: boolean;
}

/** Peers by their numbers: those of the store and of prefixes, and nodes. */
interface Peers {
  readonly identities: ReadonlyMap<number, Labels>;
  readonly nodes: readonly NodeInput[];
}

/**
 * Makes the kernel agree with the store and the local endpoints. The order is the point: entries for new identities are in
 * every local policy before the ipcache points to them and go only after it has left them; an endpoint opens last, and its
 * class is removed only when no endpoint has it.
 */
export class Realizer {
  private readonly classes: LocalClasses;
  private readonly host: HostPolicy;
  private passed = false;
  private cidrKey = '';
  private cidrLabels = new Map<number, Labels>();
  /** Peers that the kernel's ipcache may still name. */
  private known: Peers = { identities: new Map(), nodes: [] };
  private ipcache: Map<string, Buffer>;
  private errors: string[] = [];
  private warnings: string[] = [];

  constructor(private readonly options: RealizerOptions) {
    const { cidrs, cookies, datapath, engine, infrastructure } = options;
    this.classes = new LocalClasses(engine, cookies, datapath.policy);
    this.host = new HostPolicy(datapath, infrastructure);
    this.ipcache = datapath.ipcache.packed();
    cidrs.adopt(datapath.ipcache.entries());
  }

  /** One pass over everything; writes only what differs. Never throws for a part: what failed is in the result. */
  realize(state: SharedState, locals: readonly LocalEndpoint[]): RealizeResult {
    const { engine, node, now = Date.now } = this.options;
    this.errors = [];
    this.warnings = [];
    for (const local of locals) this.assign(local, state);
    engine.setNamedPorts(portNames(state, locals, node));
    if (this.passed) this.introduce(state, locals);
    engine.setSettings(policySettings(state, locals, { node, now: now() }));
    for (const { policy, message } of engine.setPolicies(state.policies)) {
      this.warnings.push(`policy ${policy}: ${message}`);
    }
    const cidrs = this.options.cidrs.assign(engine.prefixes());
    const written = this.write({ state, locals, cidrs, numbered: engine.namesNodes() });
    this.writeEndpoints(locals);
    this.errors.push(...this.host.write(engine.isSelected(ReservedIdentity.host)));
    this.clean(cidrs, written);
    this.passed = true;
    return { errors: [...new Set(this.errors)], warnings: [...new Set(this.warnings)] };
  }

  /**
   * Prefixes that only the new policies name, and nodes where only they do, get their numbers while the old policies still hold,
   * so that the policies then change in one step for each class. Never in the first pass: before it no policy is known here, and
   * the kernel's hold.
   */
  private introduce(state: SharedState, locals: readonly LocalEndpoint[]): void {
    const { engine, cidrs } = this.options;
    const present = engine.prefixes();
    const needed = engine.neededBy(state.policies.values());
    const nodesKnown = engine.namesNodes() || !needed.nodes;
    if (nodesKnown && needed.prefixes.every((prefix) => present.has(prefix))) return;
    const numbered = engine.namesNodes() || needed.nodes;
    this.write({ state, locals, cidrs: cidrs.assign([...present, ...needed.prefixes]), numbered });
  }

  /** Policies, then the ipcache, then what only the ipcache of before needed. False where the ipcache could not be written. */
  private write(wanted: Wanted): boolean {
    const { state, locals, numbered, cidrs } = wanted;
    const peers: Peers = {
      identities: this.identities(state, cidrs),
      nodes: nodesOf(state, this.options.node, numbered),
    };
    const lingering = this.lingering(peers);
    const all: Peers = {
      identities: new Map([...lingering.identities, ...peers.identities]),
      nodes: [...lingering.nodes, ...peers.nodes],
    };
    const desired = this.desired(wanted, peers.identities);
    this.writePolicies(all, locals);
    const written = this.writeIpcache(desired);
    const left = lingering.identities.size > 0 || lingering.nodes.length > 0;
    if (left && written) this.writePolicies(peers, locals);
    this.known = written ? peers : all;
    return written;
  }

  /** A number once given stays while the store knows it, also while collection only thinks of taking it back. */
  private assign(local: LocalEndpoint, state: SharedState): void {
    const present = local.identity;
    if (present !== null && state.identities.has(present)) return;
    local.identity = this.options.assigned(local.record.labels, state);
  }

  private identities(state: SharedState, cidrs: ReadonlyMap<string, number>): Map<number, Labels> {
    const key = JSON.stringify([...cidrs]);
    if (key !== this.cidrKey) {
      this.cidrLabels = this.options.engine.cidrLabels(cidrs);
      this.cidrKey = key;
    }
    const identities = new Map(this.cidrLabels);
    for (const [number, { labels }] of state.identities) identities.set(number, labels);
    return identities;
  }

  private desired(
    { state, locals, cidrs, numbered }: Wanted,
    identities: ReadonlyMap<number, Labels>,
  ): DesiredIpcache {
    const { node, ownAddresses } = this.options;
    const desired = desiredIpcache({
      node,
      ownAddresses,
      routing: state.settings.routing,
      allocations: state.allocations,
      nodeNumber: (name) => nodeNumber(name, { node, numbered, state }),
      apiServers: apiServers(state),
      pools: [...state.pools.values()].map(({ prefix }) => prefix),
      endpoints: state.endpoints.values(),
      knowsIdentity: (identity) => identities.has(identity),
      local: locals.flatMap(({ record, identity }) =>
        identity === null ? [] : addressesOf(record).map((address) => ({ address, identity })),
      ),
      cidrs,
    });
    for (const { endpoint, reason } of desired.refused)
      this.warnings.push(`endpoint ${endpoint} is ignored: ${reason}`);
    return desired;
  }

  /** Peers that the kernel's ipcache still names and the store does not: their entries must outlive them there. */
  private lingering({ identities, nodes }: Peers): Peers {
    const present = new Set(nodes.map(({ identity }) => identity));
    const gone = ({ identity }: NodeInput): boolean => (identity & NODE_FLAG) !== 0 && !present.has(identity);
    return {
      identities: new Map([...this.known.identities].filter(([identity]) => !identities.has(identity))),
      nodes: this.known.nodes.filter(gone),
    };
  }

  private writePolicies({ identities, nodes }: Peers, locals: readonly LocalEndpoint[]): void {
    const { engine } = this.options;
    engine.setIdentities(identities);
    engine.setNodes(nodes);
    const subjects = locals.flatMap((local) => this.subjectOf(local) ?? []);
    const host = engine.isSelected(ReservedIdentity.host)
      ? [{ identity: ReservedIdentity.host, ports: [] }]
      : [];
    this.errors.push(...this.classes.write([...subjects, ...host]));
  }

  private subjectOf(local: LocalEndpoint): LocalSubject | null {
    return local.identity === null ? null : { identity: local.identity, ports: ownPorts(local) };
  }

  /** Puts, then deletes, so that no address is without an owner on the way. False where it could not be written whole. */
  private writeIpcache({ entries }: DesiredIpcache): boolean {
    const map = this.options.datapath.ipcache;
    const desired = map.pack(entries);
    const changes = diffEntries(desired, this.ipcache);
    try {
      map.put(changes);
      map.remove(changes);
      this.ipcache = desired;
      return true;
    } catch (error) {
      this.ipcache = map.packed();
      this.errors.push(`ipcache: ${messageOf(error)}`);
      this.options.onAlarm({ kind: 'map-full', subject: 'ipcache', message: messageOf(error) });
      return false;
    }
  }

  private writeEndpoints(locals: readonly LocalEndpoint[]): void {
    const { endpoints, interfaces } = this.options.datapath;
    const wanted = locals.map((local) => ({ local, value: this.entry(local) }));
    try {
      const byInterface = interfaces.pack(
        wanted.map(({ local, value }) => [local.ifindex, interfaceEntry(local.record, value)]),
      );
      const byAddress = endpoints.pack(
        wanted.flatMap(({ local, value }) =>
          addressesOf(local.record).map((address) => [address, value] as const),
        ),
      );
      interfaces.put(diffEntries(byInterface, interfaces.packed()));
      endpoints.put(diffEntries(byAddress, endpoints.packed()));
      for (const { local, value } of wanted) local.ready = (value.flags & EndpointFlag.ready) !== 0;
    } catch (error) {
      this.errors.push(`endpoints: ${messageOf(error)}`);
      this.options.onAlarm({ kind: 'map-full', subject: 'endpoints', message: messageOf(error) });
    }
  }

  private entry(local: LocalEndpoint): EndpointEntry {
    const { record, ifindex, identity } = local;
    const subject = this.subjectOf(local);
    const policyClass = subject ? this.classes.numberOf(subject) : 0;
    const open = subject !== null && this.classes.has(policyClass);
    return endpointEntry(record, ifindex, {
      identity: identity ?? ReservedIdentity.init,
      policyClass,
      flags: EndpointFlag.redirectPeer | (open ? EndpointFlag.ready : 0),
    });
  }

  private clean(cidrs: ReadonlyMap<string, number>, ipcacheWritten: boolean): void {
    if (this.errors.length > 0) return;
    this.classes.clean();
    if (ipcacheWritten) this.options.cidrs.retain(new Set(cidrs.values()));
    this.options.cookies.retain(this.classes.cookiesInUse());
  }

  /** Labels of a node-local identity that is in force. */
  labelsOf(identity: number): Labels | null {
    return this.known.identities.get(identity) ?? null;
  }

  /** Reads the kernel anew, so that the next pass repairs what others have changed. */
  refresh(): void {
    this.ipcache = this.options.datapath.ipcache.packed();
    this.classes.refresh();
  }
}

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
