import { ConfigFlag, type Datapath, type DatapathConfig } from '@sluice/datapath';
import type { AllocationValue, PoolValue, SettingsValue } from '@sluice/store';
import { AgentError } from '../util/errors.js';
import type { Exec } from '../util/exec.js';
import {
  ensureVxlan,
  HOST_MARK,
  HOST_MARK_MASK,
  listLinks,
  type NodeRoute,
  setNft,
  setRoutes,
  setSysctls,
  vxlanUp,
  workloadMtu,
} from './setup.js';

/** What the node's own set-up depends on. */
export interface NodeInput {
  readonly node: string;
  readonly settings: SettingsValue;
  readonly allocations: ReadonlyMap<string, AllocationValue>;
  readonly pools: ReadonlyMap<string, PoolValue>;
}

export interface NodeOptions {
  readonly datapath: Datapath;
  readonly run: Exec;
  readonly underlay: string;
  readonly addresses: readonly string[];
}

/** Lifetimes of connections in seconds. */
const LIFETIMES = { tcpEstablished: 6 * 3600, tcpSyn: 60, tcpClosing: 10, other: 60 } as const;

const firstOf = (addresses: readonly string[], six: boolean): string | null =>
  addresses.find((address) => address.includes(':') === six) ?? null;

/** The config element that follows from settings and addresses. Pure. */
export function datapathConfig(
  settings: SettingsValue,
  addresses: readonly string[],
  links: { readonly vxlan: number; readonly underlay: number; readonly mtu: number },
): DatapathConfig {
  return {
    flags:
      (settings.routing === 'tunnel' ? ConfigFlag.tunnel : 0) | ConfigFlag.flows | ConfigFlag.foreignNext,
    vxlanIfindex: links.vxlan,
    underlayIfindex: links.underlay,
    tunnelPort: settings.tunnelPort,
    node4: firstOf(addresses, false),
    node6: firstOf(addresses, true),
    ...LIFETIMES,
    hostMark: HOST_MARK,
    hostMarkMask: HOST_MARK_MASK,
    flowSample: 1,
    mtu: links.mtu,
  };
}

/** Routes of this host's stack to the workloads of other nodes. Pure. */
export function nodeRoutes({ node, settings, allocations }: Omit<NodeInput, 'pools'>): NodeRoute[] {
  const routes: NodeRoute[] = [];
  for (const [name, allocation] of allocations) {
    if (name === node) continue;
    for (const prefix of allocation.prefixes) {
      const via = settings.routing === 'tunnel' ? null : firstOf(allocation.addresses, prefix.includes(':'));
      if (settings.routing === 'native' && via === null) continue;
      routes.push({ prefix, via });
    }
  }
  return routes;
}

/** What is never outside: nodes, and every pool, also where nobody has the address. */
function inside({ node, allocations, pools }: NodeInput): string[] {
  const nodes = [...allocations.values()].flatMap(({ addresses }) => addresses);
  const others = [...allocations].flatMap(([name, { prefixes }]) => (name === node ? [] : prefixes));
  return [...new Set([...nodes, ...others, ...[...pools.values()].map(({ prefix }) => prefix)])];
}

/** The node's own devices, routes, rules and settings: made once and kept as the store says. */
export class NodeSetup {
  private mtu: number | null = null;
  private done = '';
  /** What an operator should know: sysctls that could not be set. */
  warnings: readonly string[] = [];

  constructor(private readonly options: NodeOptions) {}

  /** MTU for new workloads; null until the first set-up. */
  get workloadMtu(): number | null {
    return this.mtu;
  }

  /**
   * Before the store is read: the guard on the underlay and, where it is there, the VXLAN device get this agent's programs,
   * each in one atomic replacement. Nothing else changes.
   */
  async takeOver(): Promise<void> {
    const links = await listLinks(this.options.run);
    const vxlan = links.get('sluice_vxlan');
    if (vxlan && this.options.datapath.config !== null) this.options.datapath.attachOverlay(vxlan.ifindex);
  }

  /** Makes everything as wanted. Does nothing where it did the same before; throws where a step fails. */
  async apply(input: NodeInput): Promise<void> {
    const own = input.allocations.get(input.node);
    if (!own)
      throw new AgentError('UNAVAILABLE', `the control plane has given node ${input.node} no addresses yet`);
    const { routing, tunnelPort } = input.settings;
    const wanted = JSON.stringify([routing, tunnelPort, [...input.allocations], [...input.pools]]);
    if (wanted === this.done) return;
    const { run, underlay, datapath, addresses } = this.options;
    const link = (await listLinks(run)).get(underlay);
    if (!link)
      throw new AgentError(
        'FAILED_PRECONDITION',
        `there is no interface ${underlay}: correct 'underlay' in agent.json`,
      );
    // Without Ethernet headers the guard would read addresses where there are none.
    if (link.type !== 'ether')
      throw new AgentError(
        'FAILED_PRECONDITION',
        `${underlay} has no Ethernet headers (${link.type}): name another interface as 'underlay' in agent.json`,
      );
    const mtu = workloadMtu(link.mtu, input.settings.routing, own.tunnelAddress);
    this.warnings = setSysctls();
    const vxlan = await ensureVxlan(run, input.settings.tunnelPort, mtu);
    // Programs are shut without a configuration, so it is there before they are.
    datapath.config = datapathConfig(input.settings, [...addresses, ...own.addresses], {
      vxlan,
      underlay: link.ifindex,
      mtu,
    });
    datapath.attachOverlay(vxlan);
    datapath.attachUnderlay(link.ifindex);
    await setNft(run, underlay, own.prefixes, inside(input));
    await vxlanUp(run);
    await setRoutes(run, nodeRoutes(input), { v4: firstOf(addresses, false), v6: firstOf(addresses, true) });
    this.mtu = mtu;
    this.done = wanted;
  }

  /** Has the next `apply` do everything again. */
  again(): void {
    this.done = '';
  }
}
