import {
  type Alarm,
  type ClassForm,
  type Datapath,
  diffEntries,
  EndpointFlag,
  type EndpointEntry,
  type InPlaceWrites,
  ReservedIdentity,
} from '@sluice/datapath';
import type { Labels } from '@sluice/labels';
import type { MapDelta, ResolvedClass } from '@sluice/policy';
import { addressesOf, type EndpointRecord } from '../endpoints/record.js';
import type { LocalEndpoint } from '../endpoints/manager.js';
import type { CidrIdentities } from '../world/cidrs.js';
import { desiredIpcache, type DesiredIpcache } from '../world/ipcache.js';
import type { SharedState } from '../world/state.js';
import { messageOf } from '../util/errors.js';
import type { PolicyEngine } from './engine.js';
import { classForm, type CookieAssigner, cookiesOf, policyEntry } from './forms.js';

/** The cookie journal, as far as the realizer needs it. */
export interface Cookies extends CookieAssigner {
  retain(used: ReadonlySet<number>): void;
}

export interface RealizerOptions {
  readonly node: string;
  readonly ownAddresses: readonly string[];
  readonly datapath: Pick<Datapath, 'endpoints' | 'interfaces' | 'ipcache' | 'policy'>;
  readonly engine: PolicyEngine;
  readonly cookies: Cookies;
  readonly cidrs: CidrIdentities;
  /** The number that the store has for a label set; null: not assigned, or being taken back. */
  readonly assigned: (labels: Labels, state: SharedState) => number | null;
  readonly onAlarm: (alarm: Alarm) => void;
}

export interface RealizeResult {
  /** What is not in the kernel as it should be; empty: everything is. */
  readonly errors: readonly string[];
  /** Policies that could not be compiled and other things that an operator should know. */
  readonly warnings: readonly string[];
}

interface Form {
  readonly resolved: ResolvedClass;
  readonly form: ClassForm;
}

/**
 * Makes the kernel agree with the store and the local endpoints. The order is the point: entries for new identities are in
 * every local policy before the ipcache points to them and go only after it has left them; an endpoint opens last, and its
 * class is removed only when no endpoint has it.
 */
export class Realizer {
  private readonly forms = new Map<number, Form>();
  /** Classes whose form in the kernel may be out of date. */
  private readonly stale = new Set<number>();
  private passed = false;
  private cidrKey = '';
  private cidrLabels = new Map<number, Labels>();
  /** Labels of identities that the kernel may still know. */
  private known = new Map<number, Labels>();
  private ipcache: Map<string, Buffer>;
  private errors: string[] = [];
  private warnings: string[] = [];

  constructor(private readonly options: RealizerOptions) {
    this.ipcache = options.datapath.ipcache.packed();
    options.cidrs.adopt(options.datapath.ipcache.entries());
  }

  /** One pass over everything; writes only what differs. Never throws for a part: what failed is in the result. */
  realize(state: SharedState, locals: readonly LocalEndpoint[]): RealizeResult {
    this.errors = [];
    this.warnings = [];
    for (const local of locals) this.assign(local, state);
    const { engine } = this.options;
    const subjects = new Set(locals.flatMap((local) => local.identity ?? []));
    if (this.passed) this.introduce(state, locals, subjects);
    for (const { policy, message } of engine.setPolicies(state.settings.mode, state.policies)) {
      this.warnings.push(`policy ${policy}: ${message}`);
    }
    const cidrs = this.options.cidrs.assign(engine.prefixes());
    const written = this.write(state, locals, subjects, cidrs);
    this.writeEndpoints(state, locals);
    this.clean(subjects, cidrs, written);
    this.passed = true;
    return { errors: [...new Set(this.errors)], warnings: [...new Set(this.warnings)] };
  }

  /**
   * Prefixes that only the new policies name get their identities while the old policies still hold, so that the policies
   * then change in one step for each class. Never in the first pass: before it no policy is known here, and the kernel's hold.
   */
  private introduce(
    state: SharedState,
    locals: readonly LocalEndpoint[],
    subjects: ReadonlySet<number>,
  ): void {
    const { engine, cidrs } = this.options;
    const present = engine.prefixes();
    const named = engine.namedBy(state.policies.values());
    if (named.every((prefix) => present.has(prefix))) return;
    this.write(state, locals, subjects, cidrs.assign([...present, ...named]));
  }

  /** Policies, then the ipcache, then what only the ipcache of before needed. False where the ipcache could not be written. */
  private write(
    state: SharedState,
    locals: readonly LocalEndpoint[],
    subjects: ReadonlySet<number>,
    cidrs: ReadonlyMap<string, number>,
  ): boolean {
    const identities = this.identities(state, cidrs);
    const desired = this.desired(state, locals, cidrs, identities);
    const lingering = this.lingering(identities);
    const all = new Map([...lingering, ...identities]);
    this.writePolicies(all, subjects);
    const written = this.writeIpcache(desired);
    if (lingering.size > 0 && written) this.writePolicies(identities, subjects);
    this.known = written ? identities : all;
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
    state: SharedState,
    locals: readonly LocalEndpoint[],
    cidrs: ReadonlyMap<string, number>,
    identities: ReadonlyMap<number, Labels>,
  ): DesiredIpcache {
    const { node, ownAddresses } = this.options;
    const desired = desiredIpcache({
      node,
      ownAddresses,
      routing: state.settings.routing,
      allocations: state.allocations,
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

  /** Identities that the kernel's ipcache still names and the store does not: their entries must outlive them there. */
  private lingering(identities: ReadonlyMap<number, Labels>): Map<number, Labels> {
    const lingering = new Map<number, Labels>();
    for (const [identity, labels] of this.known)
      if (!identities.has(identity)) lingering.set(identity, labels);
    return lingering;
  }

  private writePolicies(identities: ReadonlyMap<number, Labels>, subjects: ReadonlySet<number>): void {
    const { engine } = this.options;
    engine.setIdentities(identities);
    for (const identity of engine.affected()) this.stale.add(identity);
    for (const identity of subjects) {
      if (this.forms.has(identity) && !this.stale.has(identity)) continue;
      try {
        this.writeClass(identity, engine.resolve(identity));
        this.stale.delete(identity);
      } catch (error) {
        this.forms.delete(identity);
        this.errors.push(`policy of identity ${identity}: ${messageOf(error)}`);
      }
    }
  }

  private writeClass(identity: number, resolved: ResolvedClass): void {
    const { cookies, datapath, engine } = this.options;
    const form = classForm(resolved, cookies);
    const before = this.forms.get(identity);
    const delta = before ? engine.delta(before.resolved, resolved) : null;
    datapath.policy.put({ policyClass: identity, form, inPlace: delta ? this.inPlace(delta) : null });
    this.forms.set(identity, { resolved, form });
  }

  private inPlace(delta: MapDelta): InPlaceWrites | null {
    if (delta.swap) return null;
    const cookies = this.options.cookies.assign(delta.writes.map(({ entry }) => entry.provenance));
    return delta.writes.map(({ op, entry }, i) => ({ op, entry: policyEntry(entry, cookies[i]!) }));
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

  private writeEndpoints(state: SharedState, locals: readonly LocalEndpoint[]): void {
    const { endpoints, interfaces } = this.options.datapath;
    const wanted = locals.map((local) => ({ local, value: this.entry(local, state) }));
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

  private entry({ record, ifindex, identity }: LocalEndpoint, state: SharedState): EndpointEntry {
    const open = identity !== null && this.forms.has(identity);
    const k8s = record.workload.source === 'k8s' && state.settings.allowLocalHost !== 'policy';
    return endpointEntry(record, ifindex, {
      identity: identity ?? ReservedIdentity.init,
      policyClass: identity ?? 0,
      flags: EndpointFlag.redirectPeer | (k8s ? EndpointFlag.k8s : 0) | (open ? EndpointFlag.ready : 0),
    });
  }

  private clean(
    subjects: ReadonlySet<number>,
    cidrs: ReadonlyMap<string, number>,
    ipcacheWritten: boolean,
  ): void {
    const { policy } = this.options.datapath;
    if (this.errors.length > 0) return;
    for (const policyClass of policy.known) {
      if (subjects.has(policyClass)) continue;
      policy.remove(policyClass);
      this.forms.delete(policyClass);
      this.stale.delete(policyClass);
      this.options.engine.forget(policyClass);
    }
    if (ipcacheWritten) this.options.cidrs.retain(new Set(cidrs.values()));
    this.options.cookies.retain(new Set([...this.forms.values()].flatMap(({ form }) => cookiesOf(form))));
  }

  /** Labels of a node-local identity that is in force. */
  labelsOf(identity: number): Labels | null {
    return this.known.get(identity) ?? null;
  }

  /** Reads the kernel anew, so that the next pass repairs what others have changed. */
  refresh(): void {
    this.ipcache = this.options.datapath.ipcache.packed();
    this.options.datapath.policy.refresh();
    for (const identity of this.forms.keys()) this.stale.add(identity);
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
