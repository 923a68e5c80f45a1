import { Inject, Injectable } from '@nestjs/common';
import type {
  CheckInput,
  ControlPlaneConfig,
  NodeInput,
  Pool,
  PoolInput,
  Settings,
  SettingsInput,
  StatusResponseInput,
} from '@sluice/api';
import { DEFAULT_SETTINGS, keys } from '@sluice/store';
import type {
  AliveValue,
  AllocationValue,
  EndpointValue,
  IdentityValue,
  NodeValue,
  PoolValue,
  RealizedValue,
  SettingsValue,
} from '@sluice/store';
import { AgentSessions } from '../agents/sessions.js';
import { AuditLog } from '../audit/audit.js';
import type { Caller } from '../auth/caller.js';
import { aborted, invalid } from '../failure.js';
import { StatusChecks } from '../life/checks.js';
import { ClusterCache } from '../store/cache.js';
import { StoreGate } from '../store/gate.js';
import { CONFIG } from '../tokens.js';
import { VERSION } from '../version.js';
import { StoreAcceptance } from './acceptance.js';
import { checkPool } from './cidr.js';
import { mergeSettings, settingsView } from './settings.js';
import { endpointView, identityView, nodeChecks, nodeView, type NodeFacts } from './views.js';

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What the cluster is made of, read from the cache; pools and settings, read and written in the store. */
@Injectable()
export class ClusterService {
  constructor(
    private readonly gate: StoreGate,
    private readonly cache: ClusterCache,
    private readonly sessions: AgentSessions,
    private readonly audit: AuditLog,
    private readonly more: StatusChecks,
    private readonly acceptance: StoreAcceptance,
    @Inject(CONFIG) private readonly config: ControlPlaneConfig,
  ) {}

  identities() {
    this.cache.check();
    const users = new Map<number, number>();
    for (const { entry } of this.cache.below<EndpointValue>(keys.endpoints())) {
      users.set(entry.value.identity, (users.get(entry.value.identity) ?? 0) + 1);
    }
    const identities = this.cache
      .below<IdentityValue>(keys.identities())
      .map(({ name, entry }) => identityView(Number(name), entry.value, users.get(Number(name)) ?? 0))
      .sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
    return { identities, revision: this.revision() };
  }

  endpoints(node: string) {
    this.cache.check();
    const identityOf = (id: number) => this.cache.get<IdentityValue>(keys.identity(id))?.value ?? null;
    const endpoints = this.cache
      .below<EndpointValue>(node === '' ? keys.endpoints() : keys.endpoints(node))
      .map(({ name, entry }) => {
        const [of = '', id = ''] = (node === '' ? name : `${node}/${name}`).split('/');
        return endpointView(of, Number(id), entry.value, identityOf);
      })
      .sort((a, b) => (a.node ?? '').localeCompare(b.node ?? '') || (a.id ?? 0) - (b.id ?? 0));
    return { endpoints, revision: this.revision() };
  }

  nodes(node: string) {
    this.cache.check();
    const names = node === '' ? this.nodeNames() : this.nodeNames().filter((name) => name === node);
    return { nodes: names.map((name) => nodeView(name, this.facts(name))), revision: this.revision() };
  }

  async pools(): Promise<{ pools: PoolInput[] }> {
    const { entries } = await this.gate.use((store) => store.list<PoolValue>(keys.pools()));
    const pools = entries.map(async ({ key, value }) => {
      const name = key.slice(keys.pools().length);
      const used = (await this.gate.use((store) => store.list(keys.prefixesOf(name)))).entries.length;
      const { capacity } = checkPool(value.prefix, value.nodePrefixLength);
      return { name, prefix: value.prefix, nodePrefixLength: value.nodePrefixLength, used, capacity };
    });
    return { pools: await Promise.all(pools) };
  }

  /** Makes a pool. INVALID_ARGUMENT for a wrong one; one that prefixes were given out of cannot be changed. */
  async putPool(pool: Pool, caller: Caller): Promise<PoolInput> {
    const { name, prefix, nodePrefixLength } = pool;
    if (!NAME.test(name)) throw invalid(`${name} is no pool name`, 'a DNS label');
    const { capacity } = checkPool(prefix, nodePrefixLength);
    await this.gate.cluster();
    const [present, given] = await this.gate.use((store) =>
      Promise.all([store.get<PoolValue>(keys.pool(name)), store.list(keys.prefixesOf(name))]),
    );
    const used = given.entries.length;
    const same = present?.value.prefix === prefix && present.value.nodePrefixLength === nodePrefixLength;
    if (same) return { name, prefix, nodePrefixLength, used, capacity };
    if (used > 0)
      throw invalid(`pool ${name} has ${used} prefixes given out and cannot be changed`, 'add another pool');
    const key = keys.pool(name);
    const value: PoolValue = { prefix, nodePrefixLength };
    const condition =
      present === null ? { key, absent: true as const } : { key, modRevision: present.modRevision };
    const { succeeded } = await this.gate.write((store) => store.txn([condition], [{ put: key, value }]));
    if (!succeeded) throw aborted(`pool ${name} was changed at the same moment`, 'repeat the call');
    this.audit.write({
      event: 'put-pool',
      user: caller.name,
      role: caller.role,
      what: `${name} ${prefix}/${nodePrefixLength}`,
    });
    return { name, prefix, nodePrefixLength, used, capacity };
  }

  async settings(): Promise<SettingsInput> {
    const entry = await this.gate.use((store) => store.get<SettingsValue>(keys.settings()));
    return settingsView(entry?.value ?? DEFAULT_SETTINGS);
  }

  /** Changes the cluster-wide settings; fields left empty keep their value. */
  async putSettings(wanted: Settings, caller: Caller): Promise<SettingsInput> {
    await this.gate.cluster();
    const key = keys.settings();
    const present = await this.gate.use((store) => store.get<SettingsValue>(key));
    const value = mergeSettings(present?.value ?? DEFAULT_SETTINGS, wanted);
    const condition =
      present === null ? { key, absent: true as const } : { key, modRevision: present.modRevision };
    const { succeeded } = await this.gate.write((store) => store.txn([condition], [{ put: key, value }]));
    if (!succeeded) throw aborted('the settings were changed at the same moment', 'repeat the call');
    this.audit.write({
      event: 'put-settings',
      user: caller.name,
      role: caller.role,
      what: JSON.stringify(value),
    });
    return settingsView(value);
  }

  /** Answers whatever the state of the store: it is there to say what is wrong. */
  async status(): Promise<StatusResponseInput> {
    const frozen = await this.acceptance.checks();
    const problem = this.gate.problem;
    const store: CheckInput =
      problem === null
        ? { name: 'store', level: 'ok', message: 'etcd answers', hint: '' }
        : { name: 'store', level: 'error', message: problem.message, hint: problem.hint };
    const reading: CheckInput[] = this.cache.synced
      ? []
      : [{ name: 'cache', level: 'warning', message: 'this replica is still reading the store', hint: '' }];
    const nodes = this.nodeNames().flatMap((name) => nodeChecks(name, this.facts(name)));
    return {
      clusterUuid: this.gate.uuid,
      revision: this.revision(),
      checks: [store, ...reading, ...this.more.all(), ...frozen, ...nodes],
      version: VERSION,
      replica: this.config.name,
    };
  }

  /** Nodes that have written, are alive, or have an allocation. */
  nodeNames(): string[] {
    const prefixes = [keys.nodes(), keys.allAlive(), keys.allocations()];
    return [
      ...new Set(prefixes.flatMap((prefix) => this.cache.below(prefix).map(({ name }) => name))),
    ].sort();
  }

  /** One node as it is known, with an allocation that the cache may not have yet. */
  nodeWith(name: string, allocation: AllocationValue): NodeInput {
    return nodeView(name, { ...this.facts(name), allocation });
  }

  facts(name: string): NodeFacts {
    return {
      node: this.cache.get<NodeValue>(keys.node(name))?.value ?? null,
      allocation: this.cache.get<AllocationValue>(keys.allocation(name))?.value ?? null,
      alive: this.cache.get<AliveValue>(keys.alive(name))?.value ?? null,
      realized: this.cache.get<RealizedValue>(keys.realized(name))?.value ?? null,
      connected: this.sessions.has(name),
    };
  }

  private revision() {
    return { generation: this.gate.generation, revision: this.cache.revision };
  }
}
