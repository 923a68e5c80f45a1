import { jest } from '@jest/globals';
import { Reason } from '../../libs/datapath/src/generated/layout.js';
import { address } from '@sluice/datapath/testrun';
import { type Lab, type LabNode, run, until, type Workload } from '@sluice/lab';
import { arp, datagram, type Ends, neighbour, routed, send, sourceRouted, tagged, vxlan } from './forge.js';
import { apply, document, SLOW_MS, startLab, stopLab } from './support.js';

const PORT = 8080;
const TIMES = 5;
const FAMILIES = [4, 6] as const;

jest.setTimeout(SLOW_MS);

/** Every workload may reach everybody and be reached by everybody: what is dropped here is dropped whatever the policy. */
const ALL = document('all', {
  endpointSelector: {},
  ingress: [{ fromEntities: ['all'] }],
  egress: [{ toEntities: ['all'] }],
});

let lab: Lab;
let one: LabNode;
let two: LabNode;
let mallory: Workload;
let near: Workload;
let far: Workload;
let tunnelPort: number;
let mac: { own: string; gateway: string; foreign: string };

const json = async (netns: string, ...command: string[]) =>
  JSON.parse(await run('nsenter', [`--net=${netns}`, ...command])) as Record<string, string>[];

beforeAll(async () => {
  lab = await startLab('forgery');
  [one, two] = [lab.node(1), lab.node(2)];
  [mallory, near, far] = await Promise.all([
    one.addWorkload({ name: 'mallory' }),
    one.addWorkload({ name: 'near', ports: [PORT] }),
    two.addWorkload({ name: 'far', ports: [PORT] }),
  ]);
  await apply(lab, ALL);
  const [config] = (await one.client.dumpMap({ map: 'config', limit: 1 })).rowsJson;
  ({ tunnelPort } = JSON.parse(config!) as { tunnelPort: number });
  expect(await mallory.probe(far, PORT, 4, 'udp')).toMatchObject({ ok: true });
  const [link] = await json(mallory.netns, 'ip', '-j', 'link', 'show', 'eth0');
  const [gateway] = await json(mallory.netns, 'ip', '-j', '-4', 'neigh', 'show', 'dev', 'eth0');
  const [other] = await json(near.netns, 'ip', '-j', 'link', 'show', 'eth0');
  mac = { own: link!.address!, gateway: gateway!.lladdr!, foreign: other!.address! };
}, SLOW_MS);
afterAll(() => stopLab(lab), SLOW_MS);

/** How often a node has dropped for a reason. */
async function drops(node: LabNode, reason: number): Promise<number> {
  const { rowsJson } = await node.client.dumpMap({ map: 'metrics', limit: 1_000 });
  const rows = rowsJson.map((row) => JSON.parse(row) as { reason: number | string; packets: string });
  return rows.filter((row) => row.reason === reason).reduce((sum, row) => sum + Number(row.packets), 0);
}

/** Datagrams that any server has got. */
async function delivered(): Promise<number> {
  const all = await Promise.all([near, far].map((server) => server.ask('received', {})));
  return all.flatMap(({ datagrams }) => Object.values(datagrams)).reduce((sum, n) => sum + n, 0);
}

/** Sends it a few times: each one is dropped by that node, for that reason, and nobody gets anything. */
async function isDropped(from: string, data: Buffer, node: LabNode, reason: number): Promise<void> {
  const [before, got] = [await drops(node, reason), await delivered()];
  await send(from, Array<Buffer>(TIMES).fill(data));
  await until(
    `${node.name} drops it for reason ${reason}`,
    async () => (await drops(node, reason)) >= before + TIMES,
    10_000,
  );
  // A packet that is let through passes every later one on its way: when this one is back, all others have arrived.
  expect(await mallory.probe(near, PORT, 4, 'udp')).toMatchObject({ ok: true });
  expect(await mallory.probe(far, PORT, 4, 'udp')).toMatchObject({ ok: true });
  expect(await delivered()).toBe(got + 2);
}

const ends = (family: 4 | 6, over: Partial<Ends> = {}): Ends => ({
  family,
  sourceMac: mac.own,
  destinationMac: mac.gateway,
  source: mallory.address(family),
  destination: far.address(family),
  ...over,
});

describe('a workload with root in its namespace', () => {
  it('sends what is its own by the same way', async () => {
    const got = await delivered();
    await send(
      mallory.netns,
      FAMILIES.map((family) => datagram(ends(family), PORT)),
    );
    await until('both arrive', async () => (await delivered()) === got + 2, 10_000);
  });

  describe.each(FAMILIES)('IPv%i', (family) => {
    it.each([
      ['a workload beside it', () => near.address(family)],
      ['a workload of another node', () => far.address(family)],
      ['its node', () => one.address(family)],
      ['another node', () => two.address(family)],
      [
        'an address of the pool that nobody has',
        () => (family === 4 ? '198.18.127.250' : 'fd00:198:0:7fff::250'),
      ],
      ['somebody outside', () => (family === 4 ? '198.19.9.9' : 'fd00:198:ffff::9')],
    ])('cannot speak as %s', async (_who, source) => {
      for (const destination of [near, far])
        await isDropped(
          mallory.netns,
          datagram(ends(family, { source: source(), destination: destination.address(family) }), PORT),
          one,
          Reason.DROP_SPOOF_ADDR,
        );
    });

    it('cannot use another MAC', () =>
      isDropped(
        mallory.netns,
        datagram(ends(family, { sourceMac: mac.foreign }), PORT),
        one,
        Reason.DROP_SPOOF_MAC,
      ));

    it.each([
      ['another node', () => two.address(family)],
      ['its own node', () => one.address(family)],
    ])('cannot pretend to be a tunnel to %s', async (_where, destination) => {
      const inner = datagram(ends(family, { source: near.address(family) }), PORT);
      const payload = vxlan(near.endpoint.identity, inner);
      const outer = ends(family, { destination: destination() });
      await isDropped(mallory.netns, datagram(outer, tunnelPort, payload), one, Reason.DROP_TUNNEL_FORGED);
    });

    it('cannot hide behind a VLAN tag', () =>
      isDropped(mallory.netns, tagged(datagram(ends(family), PORT), 7), one, Reason.DROP_UNKNOWN_L3));

    it('cannot say which way a packet takes', () =>
      family === 4
        ? isDropped(mallory.netns, sourceRouted(ends(4), PORT), one, Reason.DROP_IP_OPTIONS)
        : isDropped(mallory.netns, routed(ends(6), PORT), one, Reason.DROP_EXT_HEADER));
  });

  it('cannot claim a neighbour’s, or its node’s address by ARP, nor ask who has them', async () => {
    for (const claimed of [near.address(4), one.address(4)]) {
      const answer = arp(2, mac.own, claimed, mac.gateway, one.address(4));
      await isDropped(mallory.netns, answer, one, Reason.DROP_SPOOF_ADDR);
      const question = arp(1, mac.own, mallory.address(4), 'ff:ff:ff:ff:ff:ff', claimed);
      await isDropped(mallory.netns, question, one, Reason.DROP_ARP_FORBIDDEN);
    }
  });

  it.each([
    ['an advertisement for a neighbour’s address', 136, () => address(near.address(6), 6)],
    ['a router’s advertisement', 134, () => Buffer.alloc(8)],
    ['a redirect', 137, () => Buffer.concat([address(far.address(6), 6), address(near.address(6), 6)])],
  ])('cannot send %s', async (_what, type, rest) => {
    const destination = 'ff02::1';
    const message = neighbour(
      ends(6, { destination, destinationMac: '33:33:00:00:00:01' }),
      type,
      Buffer.concat([Buffer.alloc(4), rest()]),
    );
    await isDropped(mallory.netns, message, one, Reason.DROP_ND_FORBIDDEN);
  });

  it('cannot give itself another address', async () => {
    const address4 = near.address(4);
    const ip = (...args: string[]) => run('nsenter', [`--net=${mallory.netns}`, 'ip', ...args]);
    await ip('address', 'add', `${address4}/32`, 'dev', 'eth0');
    const before = await drops(one, Reason.DROP_SPOOF_ADDR);
    const program = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 0))
s.settimeout(0.5)
s.sendto(b'x', (sys.argv[2], ${PORT}))
try:
    s.recv(9); print('answered')
except TimeoutError:
    print('silence')
`;
    const args = [`--net=${mallory.netns}`, 'python3', '-c', program, address4, far.address(4)];
    expect((await run('nsenter', args)).trim()).toBe('silence');
    expect(await drops(one, Reason.DROP_SPOOF_ADDR)).toBeGreaterThan(before);
    await ip('address', 'del', `${address4}/32`, 'dev', 'eth0');
  });
});

/** The control plane's machine stands in the underlay, like any other that is no node. */
describe('a machine of the underlay that is no node', () => {
  let macs: { own: string; two: string };
  const identity = () => near.endpoint.identity;
  const from = (family: 4 | 6, source: string, destination = far.address(family)): Ends => ({
    family,
    sourceMac: macs.own,
    destinationMac: macs.two,
    source,
    destination,
  });
  beforeAll(async () => {
    const [own] = await json(lab.controlNetns, 'ip', '-j', 'link', 'show', 'eth0');
    const [node] = await json(two.netns, 'ip', '-j', 'link', 'show', 'eth0');
    macs = { own: own!.address!, two: node!.address! };
  });

  describe.each(FAMILIES)('IPv%i', (family) => {
    it.each([
      ['a workload', () => near.address(family)],
      ['a workload of that node', () => far.address(family)],
      ['that node itself', () => two.address(family)],
    ])('cannot send as %s', (_who, source) =>
      isDropped(lab.controlNetns, datagram(from(family, source()), PORT), two, Reason.DROP_UNDERLAY_SOURCE),
    );

    const tunnelled = (outerSource: string, vni: number, innerSource: string) => {
      const inner = datagram(from(family, innerSource), PORT);
      return datagram(from(4, outerSource, two.address(4)), tunnelPort, vxlan(vni, inner), 50_000);
    };

    it('cannot send through the tunnel', () =>
      isDropped(
        lab.controlNetns,
        tunnelled('198.18.0.10', identity(), near.address(family)),
        two,
        Reason.DROP_OVERLAY_SOURCE,
      ));

    it('not even with a node’s address, as a workload of another one', () =>
      isDropped(
        lab.controlNetns,
        tunnelled(one.address(4), identity(), far.address(family)),
        two,
        Reason.DROP_OVERLAY_SOURCE,
      ));

    it.each([
      ['host', 1],
      ['world', 2],
      ['a node', 6],
    ])('nor with an identity that no workload has: %s', (_what, vni) =>
      isDropped(
        lab.controlNetns,
        tunnelled(one.address(4), vni, near.address(family)),
        two,
        Reason.DROP_OVERLAY_IDENTITY,
      ),
    );
  });
});
