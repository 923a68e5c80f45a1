import type { PolicyEntry } from '@sluice/datapath';
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
