import { execFileSync } from 'node:child_process';
import { Reason } from '../../libs/datapath/src/generated/layout.js';
import { ipIn, type Lab, type LabOptions, type Workload } from '@sluice/lab';
import { apply, document, SLOW_MS, startLab, stopLab } from './support.js';

const PORT = 8080;
/** Underlay at first, and after somebody has made it smaller. */
const WIDE = 1500;
const NARROW = 1400;
const FAMILIES = [4, 6] as const;
const HEADERS = { 4: 28, 6: 48 } as const;

/** What the kernel makes of a datagram: IP_PMTUDISC_DONT and IP_PMTUDISC_DO. */
const DISCOVER = { cut: 0, whole: 2 } as const;

/**
 * Sends datagrams until one is refused because it is too long, or comes back: prints `refused MTU`, with what the sender takes
 * for the path's MTU, `echoed`, or `lost`. Arguments: family, address, port, bytes of payload, IP_MTU_DISCOVER.
 */
const DATAGRAM = `
import errno, select, socket, sys
family, address = int(sys.argv[1]), sys.argv[2]
port, size, how = map(int, sys.argv[3:])
level, discover, mtu = (socket.IPPROTO_IP, 10, 14) if family == 4 else (socket.IPPROTO_IPV6, 23, 24)
s = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(level, discover, how)
s.connect((address, port))
for attempt in range(20):
    try:
        s.send(b'x' * size)
    except OSError as e:
        if e.errno != errno.EMSGSIZE:
            raise
        print('refused', s.getsockopt(level, mtu))
        break
    if select.select([s], [], [], 0.5)[0]:
        try:
            assert len(s.recv(65536)) == size
            print('echoed')
            break
        except OSError as e:
            if e.errno != errno.EMSGSIZE:
                raise
else:
    print('lost')
`;

const inside = (netns: string, command: string, ...args: string[]): string =>
  execFileSync('nsenter', [`--net=${netns}`, command, ...args], { encoding: 'utf8' }).trim();

/** What becomes of a datagram of so many bytes, headers and all; by default it may not be cut up. */
function datagram(
  from: Workload,
  address: string,
  bytes: number,
  how: keyof typeof DISCOVER = 'whole',
): string {
  const family = address.includes(':') ? 6 : 4;
  const numbers = [PORT, bytes - HEADERS[family], DISCOVER[how]].map(String);
  return inside(from.netns, 'python3', '-c', DATAGRAM, String(family), address, ...numbers);
}

/** Packets of the first node's workloads that did not fit. */
async function dropped(lab: Lab): Promise<number> {
  const { rowsJson } = await lab.node(1).client.dumpMap({ map: 'metrics' });
  const rows = rowsJson.map((row) => JSON.parse(row) as { reason: number; packets: string });
  return Number(rows.find(({ reason }) => reason === Reason.DROP_MTU)?.packets ?? 0);
}

const WAYS: readonly (readonly [string, string, Partial<LabOptions>, number])[] = [
  ['VXLAN over IPv4', 'v4', {}, 50],
  ['VXLAN over IPv6', 'v6', { underlay: 6 }, 70],
  ['native routing', 'native', { routing: 'native' }, 0],
];

describe.each(WAYS)('what fits between nodes: %s', (_name, short, options, overhead) => {
  let lab: Lab;
  let near: Workload;
  let far: Workload;
  beforeAll(async () => {
    lab = await startLab(`mtu${short}`, options);
    near = await lab.node(1).addWorkload({ name: 'near', ports: [PORT] });
    far = await lab.node(2).addWorkload({ name: 'far', ports: [PORT] });
    const anybody = [{}];
    const spec = { ingress: [{ fromEndpoints: anybody }], egress: [{ toEndpoints: anybody }] };
    await apply(lab, document('all', { endpointSelector: {}, ...spec }));
  }, SLOW_MS);
  afterAll(() => stopLab(lab), SLOW_MS);

  it('the workload’s link and routes know what the way carries', () => {
    const mtu = WIDE - overhead;
    const link = JSON.parse(inside(near.netns, 'ip', '-j', 'link', 'show', 'eth0')) as { mtu: number }[];
    expect(link[0]?.mtu).toBe(mtu);
    for (const family of FAMILIES) {
      expect(datagram(near, far.address(family), mtu)).toBe('echoed');
      expect(datagram(near, far.address(family), mtu + 1)).toBe(`refused ${mtu}`);
    }
  });

  it(
    'in an underlay that has become narrower, what may be cut up arrives whole, in pieces or not',
    async () => {
      for (const { netns } of lab.nodes) await ipIn(netns, [`link set eth0 mtu ${NARROW}`]);
      for (const family of FAMILIES)
        for (const bytes of [WIDE - overhead, 4_000])
          expect([family, bytes, datagram(near, far.address(family), bytes, 'cut')]).toEqual([
            family,
            bytes,
            'echoed',
          ]);
    },
    SLOW_MS,
  );

  it(
    'where the underlay has become narrower, senders are told, and their streams go on',
    async () => {
      for (const node of [lab.node(1), lab.node(2)]) {
        await ipIn(node.netns, [`link set eth0 mtu ${NARROW}`]);
        // Read at the start, and each minute.
        await node.agent.kill();
        node.agent.start();
        await node.ready();
      }
      const mtu = NARROW - overhead;
      for (const family of FAMILIES) {
        expect(datagram(near, far.address(family), WIDE - overhead)).toBe(`refused ${mtu}`);
        expect(datagram(near, far.address(family), mtu)).toBe('echoed');
        expect(datagram(near, far.address(family), mtu + 1)).toBe(`refused ${mtu}`);
      }
      for (const offload of ['on', 'off']) {
        for (const { netns } of [near, far])
          inside(netns, 'ethtool', '-K', 'eth0', 'tso', offload, 'gso', offload, 'gro', offload);
        for (const family of FAMILIES) {
          // What both ends have learnt so far is forgotten: the stream has to find out by itself.
          for (const { netns } of [near, far]) inside(netns, 'ip', `-${family}`, 'route', 'flush', 'cache');
          const before = await dropped(lab);
          const target = { host: far.address(family), port: PORT };
          const { load } = await near.ask('load', { ...target, mode: 'bulk', rate: 8, limitMs: 60_000 });
          let stats = await near.ask('stats', { load });
          while (stats.answered < 32) stats = await near.ask('stats', { load });
          expect(await near.ask('stop', { load })).toMatchObject({ lost: 0, errors: [] });
          expect(await dropped(lab)).toBeGreaterThan(before);
        }
      }
    },
    SLOW_MS,
  );
});
