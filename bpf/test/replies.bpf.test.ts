import { Random } from '@sluice/policy/testing/worlds';
import { SHOT } from './bench.js';
import { PROTOCOL, type Family } from './packets.js';
import { FAMILIES, incoming, outgoing, PORT, rule, Stage } from './stage.js';

const PACKETS = 50_000;
/** After so many packets all connections are forgotten, so that most packets find none. */
const FORGET = 40;
const PORTS = [PORT, 9, 40_000];
const REQUEST = { 4: 0x0800, 6: 0x8000 } as const;
const REPLY = { 4: 0x0000, 6: 0x8100 } as const;

type Way = 'out' | 'in';

/** A packet of a conversation, seen from the workload. */
interface Said {
  readonly way: Way;
  readonly family: Family;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly port: number;
  readonly flags: number;
}

function random(r: Random): Said {
  const family = r.pick(FAMILIES);
  const echo = family === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6;
  const protocol = r.pick([PROTOCOL.tcp, PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, echo]);
  const ports = { sourcePort: r.pick(PORTS), port: r.pick(PORTS) };
  const flags = r.pick([0x02, 0x12, 0x10, 0x18, 0x11, 0x14, 0x04, r.int(0, 255)]);
  const way = r.pick(['out', 'in'] as const);
  // An echo's id is 0 at times: then both directions have one tuple.
  const echoed = { sourcePort: r.pick([0, 7]), port: r.pick([REQUEST, REPLY])[family] };
  return { way, family, protocol, flags, ...(protocol === echo ? echoed : ports) };
}

const isEcho = ({ protocol }: Said) => protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmp6;
const isRequest = (said: Said) => isEcho(said) && said.port === REQUEST[said.family];

/** The one that a packet, if it is an answer, answers to. */
function question(said: Said): string {
  const { family, protocol, sourcePort, port } = said;
  return isEcho(said) ? `${family}/echo/${sourcePort}` : `${family}/${protocol}/${port}/${sourcePort}`;
}
const asked = (said: Said) =>
  isEcho(said) ? question(said) : `${said.family}/${said.protocol}/${said.sourcePort}/${said.port}`;

/** Whether the policy of the opener's direction lets it pass by itself. */
const allowed = (said: Said) => (isEcho(said) ? isRequest(said) : said.port === PORT);
/** Whether it can be an answer at all: a bare SYN asks, and so does an echo request. */
const answers = (said: Said) =>
  isEcho(said) ? !isRequest(said) : said.protocol !== PROTOCOL.tcp || (said.flags & 0x17) !== 0x02;

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage[Symbol.dispose]());

describe.each([
  ['out', 'egress'],
  ['in', 'ingress'],
] as const)('where the policy lets only pass what goes %s', (opener, direction) => {
  it(`of ${PACKETS} random packets the other way none passes but the answer to one that passed`, () => {
    stage.reset('from_endpoint');
    const ported = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp].map((protocol) =>
      rule({ direction, protocol }),
    );
    const echoes = [
      rule({ direction, protocol: PROTOCOL.icmp, port: REQUEST[4], portBits: 8 }),
      rule({ direction, protocol: PROTOCOL.icmp6, port: REQUEST[6], portBits: 8 }),
    ];
    stage.policy(...ported, ...echoes);
    const r = new Random(opener === 'out' ? 5 : 6);
    const open = new Set<string>();
    const passed = { out: 0, in: 0 };
    for (let i = 0; i < PACKETS; i += 1) {
      if (i % FORGET === 0) {
        stage.bench.forget('ct4', 'ct6');
        open.clear();
      }
      const said = random(r);
      const [program, data] =
        said.way === 'out'
          ? (['from_endpoint', outgoing(said)] as const)
          : (['to_endpoint', incoming(said)] as const);
      if (stage.bench.run(program, data) === SHOT) continue;
      passed[said.way] += 1;
      const explained = said.way === opener ? allowed(said) : answers(said) && open.has(question(said));
      if (!explained) throw new Error(`packet ${i} passed: ${JSON.stringify({ said, open: [...open] })}`);
      if (said.way === opener) open.add(asked(said));
    }
    expect(passed[opener]).toBeGreaterThan(PACKETS / 10);
    // Answers are few, and there are some: or nothing was tested.
    expect(passed[opener === 'out' ? 'in' : 'out']).toBeGreaterThan(PACKETS / 50);
  }, 60_000);
});

describe.each(FAMILIES)('after the deadline of a connection, IPv%i', (family) => {
  const PROTOCOLS = [
    ['TCP', PROTOCOL.tcp],
    ['UDP', PROTOCOL.udp],
    ['SCTP', PROTOCOL.sctp],
  ] as const;
  it.each(PROTOCOLS)('an answer is none, until the asker speaks again: %s', (_name, protocol) => {
    stage.reset('from_endpoint');
    stage.policy(rule({ protocol }));
    const out = { family, protocol, flags: 0x10 };
    const back = { ...out, sourcePort: PORT, port: 40_000 };
    const asks = () => stage.see('from_endpoint', { data: outgoing(out) }).verdict !== SHOT;
    const answered = () => stage.see('to_endpoint', { data: incoming(back) }).verdict !== SHOT;
    expect([asks(), answered()]).toEqual([true, true]);
    stage.expireConnections();
    expect(answered()).toBe(false);
    expect([asks(), answered()]).toEqual([true, true]);
  });
});

it.each(FAMILIES)(
  'an echo reply that nobody asked for is judged alone: it opens nothing, IPv%i',
  (family) => {
    stage.reset('from_endpoint');
    const echo = { family, protocol: family === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6, port: REPLY[family] };
    expect(stage.see('from_endpoint', { data: outgoing(echo) }).verdict).not.toBe(SHOT);
    expect(stage.bench.map(family === 4 ? 'ct4' : 'ct6').entries().count).toBe(0);
    stage.policy(rule());
    expect(stage.see('from_endpoint', { data: outgoing(echo) }).verdict).toBe(SHOT);
  },
);
