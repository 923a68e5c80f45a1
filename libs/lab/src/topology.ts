/** Addresses of a lab. Every lab has the same: none of them leaves its namespaces. */
export const ETCD_ADDRESS = '198.18.0.10';
export const ETCD_PORT = 2379;
export const REST_PORT = 8443;
export const GRPC_PORT = 9443;
export const POOLS = ['v4=198.18.64.0/18/24', 'v6=fd00:198:1::/48/64'] as const;
export const MTU = 1500;

/** One member of the underlay. */
export interface Member {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** The namespace of etcd and the control-plane replicas. */
export const CONTROL: Member = {
  name: 'cp',
  addresses: [`${ETCD_ADDRESS}/24`, '198.18.0.11/24', '198.18.0.12/24', 'fd00:198::10/64'],
};
export const REPLICAS = [
  { name: 'cp-1', address: '198.18.0.11' },
  { name: 'cp-2', address: '198.18.0.12' },
] as const;

/** Node number `n`, from 1. */
export const nodeMember = (n: number): Member => ({
  name: `node${n}`,
  addresses: [`198.18.0.${n}/24`, `fd00:198::${n}/64`],
});

export const withoutLength = (address: string): string => address.split('/')[0] ?? address;

/** Lines of `ip -batch` in the underlay's namespace: a bridge, and a pair to each member. No member gets a route out. */
export function underlayLines(members: readonly Member[], netnsOf: (name: string) => string): string[] {
  return [
    `link add br0 type bridge mcast_snooping 0`,
    'link set br0 up',
    ...members.flatMap(({ name }) => [
      `link add ${name} mtu ${MTU} type veth peer name eth0 mtu ${MTU} netns ${netnsOf(name)}`,
      `link set ${name} master br0 up`,
    ]),
  ];
}

/**
 * Lines of `ip -batch` in a member's namespace. The link-local address is set by hand, because duplicate address detection
 * would take a second: a router without one asks for no neighbour on behalf of others (RFC 4861, 7.2.2).
 */
export function memberLines({ addresses }: Member): string[] {
  const linkLocal = addresses.filter((a) => a.includes('::')).map((a) => a.replace(/^.*::/, 'fe80::'));
  const add = (a: string) => `address add ${a} dev eth0${a.includes(':') ? ' nodad' : ''}`;
  return ['link set eth0 addrgenmode none', ...[...addresses, ...linkLocal].map(add), 'link set eth0 up'];
}

/** Arguments of etcd; certificates are those that `sluice init` made. */
export function etcdArguments(dataDir: string, pki: string): string[] {
  const url = `https://${ETCD_ADDRESS}:${ETCD_PORT}`;
  const peer = 'https://127.0.0.1:2380';
  const certificates = (prefix: string) => [
    `--${prefix}client-cert-auth`,
    `--${prefix}trusted-ca-file=${pki}/ca.crt`,
    `--${prefix}cert-file=${pki}/etcd.crt`,
    `--${prefix}key-file=${pki}/etcd.key`,
  ];
  return [
    '--name=lab',
    `--data-dir=${dataDir}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=lab=${peer}`,
    ...certificates(''),
    ...certificates('peer-'),
    '--max-txn-ops=4096',
    '--max-request-bytes=4194304',
    '--auto-compaction-mode=periodic',
    '--auto-compaction-retention=1h',
    '--logger=zap',
    '--log-level=warn',
  ];
}
