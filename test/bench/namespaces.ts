import { execFileSync } from 'node:child_process';

/** One way between two network namespaces: what a bench row measures. */
export interface Variant extends Disposable {
  readonly name: string;
  /** Paths of the namespaces, for nsenter. */
  readonly client: string;
  readonly server: string;
  readonly addresses: { readonly 4: string; readonly 6: string };
}

export function run(command: string, args: readonly string[], input?: string): string {
  return execFileSync(command, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Namespaces of one baseline; all of them go with dispose, and with them every device in them. */
class Namespaces implements Disposable {
  private readonly names: string[] = [];
  private readonly prefix: string;
  constructor(prefix: string) {
    this.prefix = prefix;
  }

  add(name: string): string {
    const full = `${this.prefix}-${name}`;
    run('ip', ['netns', 'add', full]);
    this.names.push(full);
    this.ip(name, 'link set lo up');
    return `/run/netns/${full}`;
  }

  /** One `ip -batch` within a namespace. */
  ip(name: string, ...lines: string[]): void {
    run('ip', ['-n', `${this.prefix}-${name}`, '-batch', '-'], lines.join('\n') + '\n');
  }

  veth(a: string, aName: string, b: string, bName: string): void {
    this.ip(a, `link add ${aName} type veth peer name ${bName} netns ${this.prefix}-${b}`);
    this.ip(a, `link set ${aName} up`);
    this.ip(b, `link set ${bName} up`);
  }

  exec(name: string, command: string, args: readonly string[], input?: string): string {
    return run('nsenter', [`--net=/run/netns/${this.prefix}-${name}`, command, ...args], input);
  }

  [Symbol.dispose](): void {
    for (const name of this.names) run('ip', ['netns', 'del', name]);
  }
}

function addressed(
  ns: Namespaces,
  name: string,
  device: string,
  host: number,
  net: number,
  bits4: number,
): void {
  ns.ip(
    name,
    `addr add 198.18.${net}.${host}/${bits4} dev ${device}`,
    `addr add fd00:198:${net}::${host}/64 dev ${device} nodad`,
  );
}

/** The floor of everything: one veth pair, no policy. */
export function directPair(id: string): Variant {
  const ns = new Namespaces(`sbd${id}`);
  const client = ns.add('c');
  const server = ns.add('s');
  ns.veth('c', 'eth0', 's', 'eth0');
  addressed(ns, 'c', 'eth0', 1, 200, 24);
  addressed(ns, 's', 'eth0', 2, 200, 24);
  return variant('direct pair', ns, client, server, '198.18.200.2', 'fd00:198:200::2');
}

/** Two veths on a bridge, no policy. */
export function bridged(id: string): Variant {
  const ns = new Namespaces(`sbb${id}`);
  const client = ns.add('c');
  const server = ns.add('s');
  ns.add('h');
  ns.ip('h', 'link add br0 type bridge', 'link set br0 up');
  ns.veth('h', 'c0', 'c', 'eth0');
  ns.veth('h', 's0', 's', 'eth0');
  ns.ip('h', 'link set c0 master br0', 'link set s0 master br0');
  addressed(ns, 'c', 'eth0', 1, 201, 24);
  addressed(ns, 's', 'eth0', 2, 201, 24);
  return variant('bridge', ns, client, server, '198.18.201.2', 'fd00:198:201::2');
}

/** Routed by the host's stack with a stateful nftables policy that says the same as Sluice's: default deny, one port open. */
export function routedNft(id: string): Variant {
  const ns = new Namespaces(`sbn${id}`);
  const client = ns.add('c');
  const server = ns.add('s');
  ns.add('h');
  ns.veth('h', 'c0', 'c', 'eth0');
  ns.veth('h', 's0', 's', 'eth0');
  addressed(ns, 'h', 'c0', 254, 202, 24);
  addressed(ns, 'h', 's0', 254, 203, 24);
  addressed(ns, 'c', 'eth0', 1, 202, 24);
  addressed(ns, 's', 'eth0', 2, 203, 24);
  ns.ip('c', 'route add default via 198.18.202.254', 'route add default via fd00:198:202::254');
  ns.ip('s', 'route add default via 198.18.203.254', 'route add default via fd00:198:203::254');
  ns.exec('h', 'sysctl', ['-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  ns.exec(
    'h',
    'nft',
    ['-f', '-'],
    `table inet bench {
       chain forward {
         type filter hook forward priority 0; policy drop;
         ct state established,related accept
         iifname "c0" oifname "s0" tcp dport 8080 accept
       }
     }`,
  );
  return variant('routed, nftables', ns, client, server, '198.18.203.2', 'fd00:198:203::2');
}

function variant(
  name: string,
  ns: Namespaces,
  client: string,
  server: string,
  v4: string,
  v6: string,
): Variant {
  return { name, client, server, addresses: { 4: v4, 6: v6 }, [Symbol.dispose]: () => ns[Symbol.dispose]() };
}
