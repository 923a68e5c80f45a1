import { GATEWAY, LOOPBACK, REDIRECT, WORKLOAD, type ProgramName } from './bench.js';
import { Reason } from './cases/case.js';
import { advert, ARP, arp, hostAsks, hostNd, icmp6Checksum, linkLayer, ND, nd } from './neighbours.js';
import { Stage } from './stage.js';

const LINK_LOCAL = 'fe80::2';
const PASSED = 0;

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
beforeEach(() => stage.reset('from_endpoint'));
afterAll(() => stage[Symbol.dispose]());

/** What passes is counted as forwarded, and nobody is told: no policy was asked. */
function passes(program: ProgramName, data: Buffer): void {
  const { verdict, data: after, counted, events } = stage.see(program, { data });
  expect(verdict).toBe(PASSED);
  expect(after.equals(data)).toBe(true);
  expect(counted.map(({ reason }) => reason)).toEqual([Reason.REASON_FORWARDED]);
  expect(events).toEqual([]);
}

describe('ARP', () => {
  it('is answered for the gateway with the MAC of the host’s side, byte for byte', () => {
    const { verdict, data, counted, events } = stage.see('from_endpoint', { data: arp() });
    expect(verdict).toBe(REDIRECT);
    const answer = arp({
      ethernetSource: GATEWAY.mac,
      ethernetDestination: WORKLOAD.mac,
      operation: ARP.reply,
      senderMac: GATEWAY.mac,
      sender: GATEWAY[4],
      targetMac: WORKLOAD.mac,
      target: WORKLOAD[4],
    });
    expect(data.toString('hex')).toBe(answer.toString('hex'));
    expect(counted).toEqual([{ reason: Reason.REASON_FORWARDED, direction: 0 }]);
    expect(events).toEqual([]);
  });

  it('is answered whoever the workload asks by unicast, and behind padding', () => {
    const question = Buffer.concat([arp({ ethernetDestination: GATEWAY.mac }), Buffer.alloc(18)]);
    const { verdict, data } = stage.see('from_endpoint', { data: question });
    expect([verdict, data.readUInt16BE(20), data.length]).toEqual([REDIRECT, ARP.reply, question.length]);
  });

  it('lets the answer to the host’s question pass, and the question', () => {
    passes(
      'from_endpoint',
      arp({ operation: ARP.reply, ethernetDestination: GATEWAY.mac, targetMac: GATEWAY.mac }),
    );
    passes('to_endpoint', hostAsks());
    passes('to_endpoint', hostAsks({ operation: ARP.reply, sender: GATEWAY[4], targetMac: WORKLOAD.mac }));
  });

  it('is not answered where there is no gateway', () => {
    const value = stage.bench.datapath.interfaces.get(LOOPBACK)!;
    stage.bench.datapath.interfaces.set(LOOPBACK, { ...value, gateway4: null });
    expect(stage.see('from_endpoint', { data: arp() }).counted).toEqual([
      { reason: Reason.DROP_ARP_FORBIDDEN, direction: 0 },
    ]);
  });
});

describe('neighbour discovery', () => {
  /** The answer of a router that overrides what was known (RFC 4861, 4.4). */
  const answerTo = (asker: string) =>
    nd({
      ethernetSource: GATEWAY.mac,
      ethernetDestination: WORKLOAD.mac,
      source: GATEWAY[6],
      destination: asker,
      type: ND.advert,
      target: GATEWAY[6],
      flags: 0xe0,
      options: linkLayer(2, GATEWAY.mac),
    });

  it.each([
    ['from its address', nd(), WORKLOAD[6]],
    ['from a link-local address', nd({ source: LINK_LOCAL }), LINK_LOCAL],
    ['by unicast', nd({ destination: GATEWAY[6], ethernetDestination: GATEWAY.mac }), WORKLOAD[6]],
    ['without options', nd({ options: Buffer.alloc(0) }), WORKLOAD[6]],
    ['with more options', nd({ options: Buffer.alloc(64, 1) }), WORKLOAD[6]],
  ])('is answered for the gateway, asked %s, byte for byte and with its checksum', (_what, data, asker) => {
    const outcome = stage.see('from_endpoint', { data });
    expect(outcome.verdict).toBe(REDIRECT);
    const { data: answer } = outcome;
    expect(icmp6Checksum(answer)).toBe(0);
    answer.writeUInt16BE(0, 56);
    expect(answer.toString('hex')).toBe(answerTo(asker).toString('hex'));
    expect(outcome.counted).toEqual([{ reason: Reason.REASON_FORWARDED, direction: 0 }]);
    expect(outcome.events).toEqual([]);
  });

  it('is answered for a link-local gateway, and no workload may call itself that', () => {
    const value = stage.bench.datapath.interfaces.get(LOOPBACK)!;
    stage.bench.datapath.interfaces.set(LOOPBACK, { ...value, gateway6: 'fe80::1' });
    expect(stage.see('from_endpoint', { data: nd({ target: 'fe80::1' }) }).verdict).toBe(REDIRECT);
    expect(stage.see('from_endpoint', { data: advert({ target: 'fe80::1' }) }).counted).toEqual([
      { reason: Reason.DROP_ND_FORBIDDEN, direction: 0 },
    ]);
  });

  it('lets answers to the host pass', () => {
    passes('from_endpoint', advert());
    passes('from_endpoint', advert({ source: LINK_LOCAL, target: LINK_LOCAL }));
  });

  it('lets the host’s questions and answers pass', () => {
    passes('to_endpoint', hostNd());
    passes('to_endpoint', hostNd({ type: ND.advert, target: GATEWAY[6], flags: 0xe0 }));
  });

  it('is not answered where there is no gateway', () => {
    const value = stage.bench.datapath.interfaces.get(LOOPBACK)!;
    stage.bench.datapath.interfaces.set(LOOPBACK, { ...value, gateway6: null });
    expect(stage.see('from_endpoint', { data: nd() }).counted).toEqual([
      { reason: Reason.DROP_ND_FORBIDDEN, direction: 0 },
    ]);
  });
});

it('none of it makes a connection', () => {
  for (const data of [arp(), nd(), advert()]) stage.see('from_endpoint', { data });
  for (const data of [hostAsks(), hostNd()]) stage.see('to_endpoint', { data });
  expect(stage.bench.map('ct4').entries().count + stage.bench.map('ct6').entries().count).toBe(0);
});
