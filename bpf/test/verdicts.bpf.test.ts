import { EndpointFlag, type PolicyEntry } from '@sluice/datapath';
import { GATEWAY, PEER, ProgramBench, WORKLOAD } from './bench.js';
import { TCP_ACK } from './packets.js';

const SUBJECT = 300;
const FRIEND = 301;
const OTHER = 302;
const PORT = 8080;
const FAMILIES = [4, 6] as const;

const allow = (over: Partial<PolicyEntry> = {}): PolicyEntry => ({
  identity: FRIEND,
  direction: 'egress',
  protocol: 6,
  port: PORT,
  portBits: 16,
  deny: false,
  precedence: 1000,
  cookie: 7,
  ruleSet: 0,
  auth: 0,
  ...over,
});

let bench: ProgramBench;
beforeEach(() => {
  bench = new ProgramBench();
  bench.become(SUBJECT);
  peerIs(FRIEND);
});
afterEach(() => bench[Symbol.dispose]());

function peerIs(identity: number): void {
  for (const family of FAMILIES) {
    const bits = family === 4 ? 32 : 128;
    bench.datapath.ipcache.set(`${PEER[family]}/${bits}`, {
      identity,
      flags: 0,
      tunnel: null,
      encryptKey: 0,
    });
  }
}
function policy(...entries: PolicyEntry[]): void {
  bench.datapath.policy.put({
    policyClass: SUBJECT,
    form: { entries, defaultCookies: [1, 2] },
    inPlace: null,
  });
}
/** How many packets have been dropped for this reason. */
function dropped(reason: number): number {
  const rows = bench.datapath.metrics().filter((row) => row.reason === reason);
  return rows.reduce((sum, row) => sum + Number(row.packets), 0);
}

describe.each(FAMILIES)('a remembered verdict, IPv%i', (family) => {
  /** A connection that the workload opened, and both directions of it. */
  function connection() {
    const port = bench.freshPort();
    const forward = (flags = TCP_ACK) =>
      bench.sends({ family, protocol: 6, sourcePort: port, port: PORT, flags });
    const reply = () => bench.receives({ family, protocol: 6, sourcePort: PORT, port, flags: TCP_ACK });
    expect(bench.sends({ family, protocol: 6, sourcePort: port, port: PORT })).toBe(true);
    expect(reply()).toBe(true);
    expect(forward()).toBe(true);
    return { forward, reply };
  }

  it('ends in both directions when the rule is withdrawn, and lives again when it is back', () => {
    policy(allow());
    const { forward, reply } = connection();
    policy();
    expect(forward()).toBe(false);
    expect(reply()).toBe(false);
    policy(allow());
    expect(reply()).toBe(true);
    expect(forward()).toBe(true);
  });

  it('ends when a deny comes above it', () => {
    policy(allow());
    const { forward, reply } = connection();
    policy(allow({ precedence: 1001, deny: true }));
    expect([forward(), reply()]).toEqual([false, false]);
  });

  it('ends when the peer, or the workload, is somebody else now', () => {
    policy(allow());
    const { forward, reply } = connection();
    peerIs(OTHER);
    expect([forward(), reply()]).toEqual([false, false]);
    peerIs(FRIEND);
    expect([forward(), reply()]).toEqual([true, true]);
    bench.become(SUBJECT + 100);
    expect([forward(), reply()]).toEqual([false, false]);
  });

  it('ends in lockdown', () => {
    policy(allow());
    const { forward, reply } = connection();
    expect(() => bench.datapath.policy.lockdown(SUBJECT, [1, 2], 'a test')).toThrow('a test');
    expect([forward(), reply()]).toEqual([false, false]);
    expect(dropped(4)).toBe(2);
  });

  it('is not one for the other direction: a reply that nobody asked for is a connection of its own', () => {
    policy(allow());
    const [sourcePort, port] = [PORT, bench.freshPort()];
    expect(bench.receives({ family, protocol: 6, sourcePort, port, flags: TCP_ACK })).toBe(false);
    expect(bench.receives({ family, protocol: 17, sourcePort, port })).toBe(false);
    expect(dropped(2)).toBe(2);
  });
});

describe.each(FAMILIES)('why a packet is dropped, IPv%i', (family) => {
  const base = () => ({ family, protocol: 6, sourcePort: bench.freshPort(), port: PORT });
  const cases: readonly (readonly [string, number, () => boolean])[] = [
    ['a deny', 1, () => (policy(allow({ deny: true })), bench.sends(base()))],
    ['no rule', 2, () => bench.sends({ ...base(), port: PORT + 1 })],
    ['a rule set that nobody serves', 1, () => (policy(allow({ ruleSet: 5 })), bench.sends(base()))],
    ['an authentication that nobody did', 1, () => (policy(allow({ auth: 1 })), bench.sends(base()))],
    ['no class', 3, () => (bench.datapath.policy.remove(SUBJECT), bench.sends(base()))],
    ['not ready', 5, () => (bench.become(SUBJECT, 0), bench.sends(base()))],
    ['not ready, as receiver', 5, () => (bench.become(SUBJECT, 0), bench.receives(base()))],
    [
      'not ready, with the short way',
      5,
      () => (bench.become(SUBJECT, EndpointFlag.redirectPeer), bench.sends(base())),
    ],
    ['a foreign source', 6, () => bench.sends({ ...base(), source: GATEWAY[family] })],
    ['a foreign MAC', 7, () => bench.sends({ ...base(), sourceMac: GATEWAY.mac })],
    ['no such interface', 8, () => (bench.datapath.interfaces.delete(1), bench.sends(base()))],
    ['an unknown protocol', 11, () => bench.sends({ ...base(), protocol: 47, payload: Buffer.alloc(40) })],
    ['ICMP of the other family', 11, () => bench.sends({ ...base(), protocol: family === 4 ? 58 : 1 })],
    ['an address that nobody has', 17, () => (peerIs(11), bench.sends(base()))],
    [
      'the tunnel port of a node',
      18,
      () => (peerIs(6), bench.sends({ ...base(), protocol: 17, port: 8473 })),
    ],
    ['SYN and FIN', 26, () => bench.sends({ ...base(), flags: 0x03 })],
    ['no flags', 26, () => bench.sends({ ...base(), flags: 0 })],
    ['multicast', 33, () => bench.sends({ ...base(), destination: family === 4 ? '224.0.0.9' : 'ff02::9' })],
    ['host without the mark', 6, () => (peerIs(1), bench.receives(base()))],
    ['not for this workload', 17, () => bench.receives({ ...base(), destination: GATEWAY[family] })],
    ['its own address from elsewhere', 6, () => bench.receives({ ...base(), source: WORKLOAD[family] })],
    [
      'an ICMP error of no connection',
      32,
      () =>
        bench.sends({
          ...base(),
          protocol: family === 4 ? 1 : 58,
          port: (family === 4 ? 3 : 1) << 8,
          payload: Buffer.alloc(48),
        }),
    ],
  ];
  it.each(cases)('%s', (_what, reason, packet) => {
    policy(allow(), allow({ identity: 0, protocol: 17, portBits: 0, port: 0 }));
    expect(bench.sends(base())).toBe(true);
    expect(dropped(reason)).toBe(0);
    expect(packet()).toBe(false);
    expect(dropped(reason)).toBe(1);
  });
});

it('a workload that has no address of a family sends nothing in it', () => {
  policy(allow());
  const { endpoint } = bench.datapath.interfaces.get(1)!;
  bench.datapath.interfaces.set(1, {
    address4: WORKLOAD[4],
    address6: null,
    gateway4: GATEWAY[4],
    gateway6: null,
    endpoint,
  });
  const spec = { protocol: 6, sourcePort: bench.freshPort(), port: PORT };
  expect(bench.sends({ family: 4, ...spec })).toBe(true);
  expect(bench.sends({ family: 6, ...spec })).toBe(false);
  expect(bench.sends({ family: 6, ...spec, source: '::' })).toBe(false);
});
