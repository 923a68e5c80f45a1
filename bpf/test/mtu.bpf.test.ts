import { EndpointFlag, IpcacheFlag } from '@sluice/datapath';
import { GATEWAY, LOOPBACK, NODE, REDIRECT, SHOT, WORKLOAD } from './bench.js';
import { Reason } from './cases/case.js';
import { icmp6Checksum } from './neighbours.js';
import { layer3, PROTOCOL, TCP_ACK, u16, type Family, type PacketSpec } from './packets.js';
import {
  FAMILIES,
  FRIEND,
  OTHER_NODE,
  outgoing,
  PORT,
  Stage,
  SUBJECT,
  UNDERLAY,
  VXLAN,
  type Outcome,
} from './stage.js';

const MTU = 1400;
const OK = 0;
const MARK_IDENTITY = 0x5d000000;
const DONT_FRAGMENT = 0x4000;
const AT_ONCE = 20;

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage[Symbol.dispose]());

/** The friend lives on another node, behind a tunnel or a route. */
function remote(routing: 'tunnel' | 'native'): void {
  stage.reset('from_endpoint');
  stage.bench.become(SUBJECT, EndpointFlag.ready | EndpointFlag.redirectPeer);
  if (routing === 'native') stage.configure({ mtu: MTU, underlayIfindex: UNDERLAY });
  else {
    stage.configure({ mtu: MTU, vxlanIfindex: VXLAN, flags: 1 });
    stage.peer({ flags: IpcacheFlag.tunnel, tunnel: OTHER_NODE[4] });
  }
}

/** Other endpoints' numbers, so that no test meets the answers of another. */
let lastId = 1;
function asAnother(): void {
  const { interfaces } = stage.bench.datapath;
  const value = interfaces.get(LOOPBACK)!;
  interfaces.set(LOOPBACK, { ...value, endpoint: { ...value.endpoint, endpointId: ++lastId } });
}

/** A packet of so many bytes, Ethernet header aside; IPv4 with DF. */
function sized(family: Family, bytes: number, over: Partial<PacketSpec> = {}): Buffer {
  const headers = outgoing({ family, ...over }).length - 14;
  const data = outgoing({ family, payload: Buffer.alloc(bytes - headers, 7), ...over });
  if (family === 4 && !over.fragment) data.writeUInt16BE(DONT_FRAGMENT, 20);
  return data;
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** What the workload gets: everything but the checksums, which are checked and taken out. */
function isAnswered({ verdict, data, counted }: Outcome, family: Family, sent: Buffer, mtu = MTU): void {
  expect(verdict).toBe(REDIRECT);
  expect(counted).toEqual([{ reason: Reason.DROP_MTU, direction: 0 }]);
  const quoted = sent.subarray(14, 14 + (family === 4 ? 48 : 80));
  const body = Buffer.concat([
    family === 4 ? u16(0x0304, 0, 0, mtu) : Buffer.concat([u16(0x0200, 0, 0, mtu)]),
    quoted,
  ]);
  const wanted = layer3({
    source: GATEWAY[family],
    destination: WORKLOAD[family],
    family,
    protocol: family === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6,
    body,
  });
  const got = Buffer.from(data.subarray(14));
  if (family === 4) {
    expect(checksum(got.subarray(0, 20))).toBe(0);
    expect(checksum(got.subarray(20))).toBe(0);
    for (const offset of [10, 22]) got.writeUInt16BE(0, offset);
    wanted.writeUInt16BE(0, 4); // an answer that is never cut up needs no number (RFC 6864)
  } else {
    expect(icmp6Checksum(data)).toBe(0);
    got.writeUInt16BE(0, 42);
  }
  expect(got.toString('hex')).toBe(wanted.toString('hex'));
  const ethernet = data.subarray(0, 12).toString('hex');
  expect(ethernet).toBe((WORKLOAD.mac + GATEWAY.mac).replaceAll(':', ''));
}

const send = (data: Buffer, beside: { readonly gsoSize?: number } = {}): Outcome =>
  stage.see('from_endpoint', { data, ...beside });

describe.each(['tunnel', 'native'] as const)('what does not fit, %s', (routing) => {
  describe.each(FAMILIES)('IPv%i', (family) => {
    beforeEach(() => {
      remote(routing);
      asAnother();
    });

    it.each([
      ['TCP', { flags: TCP_ACK }],
      ['UDP', { protocol: PROTOCOL.udp }],
    ] as const)('%s is answered as by a router from the first byte too many on', (_what, over) => {
      expect(send(sized(family, MTU, over)).verdict).toBe(REDIRECT);
      expect(send(sized(family, MTU, over)).counted).toEqual([
        { reason: Reason.REASON_FORWARDED, direction: 0 },
      ]);
      const sent = sized(family, MTU + 1, over);
      isAnswered(send(sent), family, sent);
    });

    it('what is cut into segments is measured by them', () => {
      const headers = family === 4 ? 40 : 60;
      const data = sized(family, 2_700, { flags: TCP_ACK });
      expect(send(data, { gsoSize: MTU - headers }).counted).toEqual([
        { reason: Reason.REASON_FORWARDED, direction: 0 },
      ]);
      isAnswered(send(data, { gsoSize: MTU - headers + 1 }), family, data);
    });

    it('nothing is said of what the policy forbids', () => {
      const { verdict, counted } = send(sized(family, MTU + 1, { port: PORT + 1 }));
      expect([verdict, counted]).toEqual([SHOT, [{ reason: Reason.DROP_POLICY_DEFAULT, direction: 0 }]]);
    });

    it('one workload is told twenty times at once, and another one still', () => {
      const data = sized(family, MTU + 1);
      const verdicts = Array.from({ length: AT_ONCE + 10 }, () => send(data).verdict);
      const answers = verdicts.filter((verdict) => verdict === REDIRECT).length;
      // A hundred a second are added meanwhile.
      expect(answers).toBeGreaterThanOrEqual(AT_ONCE);
      expect(answers).toBeLessThan(AT_ONCE + 10);
      expect(send(data).counted).toEqual([{ reason: Reason.DROP_MTU, direction: 0 }]);
      asAnother();
      expect(send(data).verdict).toBe(REDIRECT);
    });

    it('later fragments and those without a gateway get no answer', () => {
      const first = sized(family, 1200, { fragment: { id: 9, offset: 0, more: true } });
      send(first);
      if (family === 6) {
        const later = sized(6, MTU + 1, { fragment: { id: 9, offset: 1152, more: false } });
        const { verdict, counted } = send(later);
        expect([verdict, counted[0]?.reason]).toEqual([SHOT, Reason.DROP_MTU]);
      }
      const { interfaces } = stage.bench.datapath;
      interfaces.set(LOOPBACK, { ...interfaces.get(LOOPBACK)!, gateway4: null, gateway6: null });
      const { verdict, counted } = send(sized(family, MTU + 1));
      expect([verdict, counted[0]?.reason]).toEqual([SHOT, Reason.DROP_MTU]);
    });

    it('is not looked at without a setting, nor below what every link carries', () => {
      stage.configure({
        mtu: 0,
        underlayIfindex: UNDERLAY,
        vxlanIfindex: VXLAN,
        flags: routing === 'tunnel' ? 1 : 0,
      });
      expect(send(sized(family, 1420)).counted[0]?.reason).toBe(Reason.REASON_FORWARDED);
      stage.configure({
        mtu: 576,
        underlayIfindex: UNDERLAY,
        vxlanIfindex: VXLAN,
        flags: routing === 'tunnel' ? 1 : 0,
      });
      expect(send(sized(family, 1280)).counted[0]?.reason).toBe(Reason.REASON_FORWARDED);
    });
  });

  it('IPv4 that may be cut up is given to the stack, which does it', () => {
    remote(routing);
    const data = sized(4, MTU + 1);
    data.writeUInt16BE(0, 20);
    const { verdict, mark, counted, data: after } = send(data);
    expect([verdict, counted[0]?.reason]).toEqual([OK, Reason.REASON_FORWARDED]);
    expect(mark).toBe(routing === 'tunnel' ? MARK_IDENTITY | SUBJECT : 0);
    expect(after.equals(data)).toBe(true);
  });
});

describe('the pieces that the stack makes of it', () => {
  const piece = { fragment: { id: 4, offset: 1376, more: false } };
  const leaves = (over: Partial<PacketSpec>, beside: { mark: number; ingressIfindex: number }) =>
    stage.see('to_overlay', { data: outgoing({ family: 4, ...piece, ...over }), ...beside });
  const marked = { mark: MARK_IDENTITY | SUBJECT, ingressIfindex: LOOPBACK };
  beforeEach(() => stage.reset('to_overlay'));

  it('go into the tunnel with the workload’s identity, and no mark', () => {
    expect(leaves({}, marked)).toMatchObject({ verdict: OK, mark: 0 });
    const key = stage.bench.tunnelKey('to_overlay', outgoing({ family: 4, ...piece }), marked);
    expect(key).toEqual({ source: NODE[4], destination: OTHER_NODE[4], vni: SUBJECT });
  });

  it('are the workload’s own: not made here, not another’s identity, not from another interface', () => {
    for (const [over, beside] of [
      [{}, { ...marked, ingressIfindex: 0 }],
      [{}, { ...marked, ingressIfindex: LOOPBACK + 1 }],
      [{}, { ...marked, mark: MARK_IDENTITY | FRIEND }],
      [{ source: NODE[4] }, marked],
    ] as const) {
      const { verdict, counted } = leaves(over, beside);
      expect([verdict, counted[0]?.reason]).toEqual([SHOT, Reason.DROP_OVERLAY_SOURCE]);
    }
  });
});
