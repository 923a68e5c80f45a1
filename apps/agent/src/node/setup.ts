import { writeFileSync } from 'node:fs';
import { canonicalPrefix, covers, parsePrefix } from '@sluice/datapath';
import { type Exec, ipBatch, ipBatchForce } from '../util/exec.js';

export const VXLAN_DEVICE = 'sluice_vxlan';
/** Marks what this host itself sends; one bit, so that others may use the rest. */
export const HOST_MARK = 0x0100_0000;
export const HOST_MARK_MASK = 0x0f00_0000;
/** Bytes that VXLAN adds over IPv4 and over IPv6. */
export const OVERHEAD4 = 50;
export const OVERHEAD6 = 70;
/** `proto` of Sluice's own routes. */
const ROUTE_PROTOCOL = 202;

export interface Link {
  readonly ifname: string;
  readonly ifindex: number;
  readonly mtu: number;
  readonly up: boolean;
  /** As the kernel names it: `ether`, `none`, … */
  readonly type: string;
}

interface LinkJson {
  readonly ifname: string;
  readonly ifindex: number;
  readonly mtu: number;
  readonly link_type: string;
  readonly flags: readonly string[];
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly port?: number; readonly external?: boolean };
  };
}

/** Interfaces of the present namespace by name. */
export async function listLinks(run: Exec): Promise<ReadonlyMap<string, Link>> {
  const links = JSON.parse(await run('ip', ['-j', 'link', 'show'])) as readonly LinkJson[];
  return new Map(
    links.map(({ ifname, ifindex, mtu, flags, link_type: type }) => [
      ifname,
      { ifname, ifindex, mtu, up: flags.includes('UP'), type },
    ]),
  );
}

/** MTU of workloads: what the underlay carries, less the tunnel's headers. */
export function workloadMtu(
  underlayMtu: number,
  routing: 'tunnel' | 'native',
  tunnelAddress: string | null,
): number {
  if (routing === 'native') return underlayMtu;
  return underlayMtu - (tunnelAddress?.includes(':') === true ? OVERHEAD6 : OVERHEAD4);
}

/**
 * Makes sure that the VXLAN device is there with this port, and returns its index. It is made down and stays down until
 * `up` is called, after the programs are attached.
 */
export async function ensureVxlan(run: Exec, port: number, mtu: number): Promise<number> {
  const present = await vxlanOf(run);
  if (
    present &&
    (present.linkinfo?.info_data?.port !== port || present.linkinfo.info_data.external !== true)
  ) {
    await run('ip', ['link', 'delete', 'dev', VXLAN_DEVICE]);
  } else if (present) {
    if (present.mtu !== mtu) await run('ip', ['link', 'set', 'dev', VXLAN_DEVICE, 'mtu', String(mtu)]);
    return present.ifindex;
  }
  await ipBatch(run, [
    `link add name ${VXLAN_DEVICE} mtu ${mtu} type vxlan external dstport ${port} nolearning udp6zerocsumrx`,
    `link set dev ${VXLAN_DEVICE} addrgenmode none arp off`,
  ]);
  return (await vxlanOf(run))!.ifindex;
}

export const vxlanUp = (run: Exec): Promise<void> => ipBatch(run, [`link set dev ${VXLAN_DEVICE} up`]);

async function vxlanOf(run: Exec): Promise<LinkJson | null> {
  const out = await run('ip', ['-j', '-d', 'link', 'show', 'dev', VXLAN_DEVICE]).catch(() => '[]');
  const [link] = JSON.parse(out) as readonly LinkJson[];
  return link ?? null;
}

/** A route to a prefix of another node. */
export interface NodeRoute {
  readonly prefix: string;
  /** null: through the tunnel. */
  readonly via: string | null;
}

/** Routes of the host stack to other nodes' workloads. */
export function routeLines(
  routes: readonly NodeRoute[],
  own: { readonly v4: string | null; readonly v6: string | null },
): string[] {
  return routes.map(({ prefix, via }) => {
    const six = prefix.includes(':');
    const source = six ? own.v6 : own.v4;
    const target = via === null ? `dev ${VXLAN_DEVICE}` : `via ${via}`;
    const src = source === null ? '' : ` src ${source}`;
    return `route replace ${prefix} ${target}${src} proto ${ROUTE_PROTOCOL}`;
  });
}

/** Makes the routes to other nodes exactly these; routes of others are not touched. */
export async function setRoutes(
  run: Exec,
  routes: readonly NodeRoute[],
  own: { readonly v4: string | null; readonly v6: string | null },
): Promise<void> {
  const wanted = new Set(routes.map(({ prefix }) => prefix));
  const stale: string[] = [];
  for (const family of ['-4', '-6']) {
    const out = await run('ip', ['-j', family, 'route', 'show', 'proto', String(ROUTE_PROTOCOL)]);
    for (const { dst } of JSON.parse(out || '[]') as readonly { readonly dst: string }[]) {
      if (!wanted.has(dst)) stale.push(`route delete ${dst} proto ${ROUTE_PROTOCOL}`);
    }
  }
  await ipBatch(run, routeLines(routes, own));
  await ipBatchForce(run, stale);
}

/** Without those that lie in another one: nft refuses a set whose intervals overlap. */
function outermost(prefixes: readonly string[]): string[] {
  const all = [...new Set(prefixes.map(canonicalPrefix))].map((text) => ({
    text,
    packed: parsePrefix(text),
  }));
  const covered = (one: (typeof all)[number]): boolean =>
    all.some((other) => other !== one && covers(other.packed, one.packed));
  return all.filter((one) => !covered(one)).map(({ text }) => text);
}

/**
 * nft rules in a table of their own: what this host sends is marked, so that `host` is never taken from an address; and
 * what workloads send to the outside leaves with the node's address. Addresses of nodes are routable, so towards them
 * the workload's own address is kept.
 */
export function nftRules(underlay: string, inside: readonly string[], nodes: readonly string[]): string {
  const nat = [false, true].flatMap((six) => {
    const family = six ? 'ip6' : 'ip';
    const own = inside.filter((prefix) => prefix.includes(':') === six);
    if (own.length === 0) return [];
    const exempt = outermost([...own, ...nodes.filter((address) => address.includes(':') === six)]);
    const [from, to] = [own, exempt].map((set) => `{ ${set.join(', ')} }`);
    return [`    oifname "${underlay}" ${family} saddr ${from} ${family} daddr != ${to} masquerade`];
  });
  const unmask = (~HOST_MARK_MASK >>> 0).toString(16);
  return [
    'table inet sluice',
    'delete table inet sluice',
    'table inet sluice {',
    '  chain output {',
    '    type filter hook output priority mangle; policy accept;',
    `    meta mark set meta mark and 0x${unmask} or 0x${HOST_MARK.toString(16)}`,
    '  }',
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    ...nat,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Replaces Sluice's nft table in one transaction. */
export const setNft = (
  run: Exec,
  underlay: string,
  inside: readonly string[],
  nodes: readonly string[],
): Promise<string> => run('nft', ['-f', '-'], { input: nftRules(underlay, inside, nodes) });

const SYSCTLS: Readonly<Record<string, string>> = {
  'net/ipv4/conf/all/forwarding': '1',
  'net/ipv6/conf/all/forwarding': '1',
  'net/ipv4/conf/all/rp_filter': '0',
};

/** Forwarding on and reverse-path checks off (BPF checks sources) in the present namespace. Returns what could not be set. */
export function setSysctls(extra: readonly string[] = []): string[] {
  const failed: string[] = [];
  const wanted = [
    ...Object.entries(SYSCTLS),
    ...extra.map((name) => [`net/ipv4/conf/${name}/rp_filter`, '0'] as const),
  ];
  for (const [name, value] of wanted) {
    try {
      writeFileSync(`/proc/sys/${name}`, value);
    } catch (error) {
      failed.push(`${name}: ${(error as Error).message}`);
    }
  }
  return failed;
}
