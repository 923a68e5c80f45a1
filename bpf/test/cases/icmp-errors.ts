/** Which ICMP errors are dropped: those that belong to no connection of the one whom they tell, or who tells. */
import { GATEWAY, PEER, SHOT, WORKLOAD, type ProgramName } from '../bench.js';
import { icmpError, icmpOf, type ErrorSpec, type QuotedSpec } from '../icmp-errors.js';
import { PROTOCOL, type Family } from '../packets.js';
import { incoming, outer, outgoing, rule, WORLD, type Stage } from '../stage.js';
import { casesOf, type DropCase, type ReasonName } from './case.js';

const UDP = { protocol: PROTOCOL.udp };
type Row = readonly [string, ReasonName, (stage: Stage, family: Family) => Buffer, Family?];

/** The connection that an error tells about: one that the teller received, since it answers what it got. */
function connection(
  stage: Stage,
  family: Family,
  from: ErrorSpec['from'],
  workload: string = WORKLOAD[family],
): void {
  const [program, data]: [ProgramName, Buffer] =
    from === 'workload'
      ? ['to_endpoint', incoming({ family, ...UDP, destination: workload })]
      : ['from_endpoint', outgoing({ family, ...UDP, source: workload })];
  if (stage.bench.run(program, data) === SHOT) throw new Error('the connection was refused');
}

const about =
  (from: ErrorSpec['from'], over: Omit<ErrorSpec, 'family' | 'from'>) => (stage: Stage, family: Family) => {
    connection(stage, family, from);
    return icmpError({ family, from, ...over });
  };
const quoting =
  (from: ErrorSpec['from'], quoted: (family: Family) => Partial<QuotedSpec>) =>
  (stage: Stage, family: Family) =>
    about(from, { quoted: quoted(family) })(stage, family);

/** Another workload with the same identity and policy. */
const REPLICA = { 4: '198.18.64.3', 6: 'fd00:198:1::3' } as const;

const rows = (from: ErrorSpec['from']): readonly Row[] => [
  [
    'a connection of its replica',
    'DROP_ICMP_UNRELATED',
    (stage, family) => {
      const replica = REPLICA[family];
      stage.asReplica(family, replica, () => connection(stage, family, from, replica));
      const quoted = from === 'workload' ? { destination: replica } : { source: replica };
      return icmpError({ family, from, quoted });
    },
  ],
  ['no connection at all', 'DROP_ICMP_UNRELATED', (_, family) => icmpError({ family, from })],
  ['another port', 'DROP_ICMP_UNRELATED', about(from, { quoted: { port: 9 } })],
  ['another source port', 'DROP_ICMP_UNRELATED', about(from, { quoted: { sourcePort: 9 } })],
  ['another protocol', 'DROP_ICMP_UNRELATED', about(from, { quoted: { protocol: PROTOCOL.tcp } })],
  ['a protocol without connections', 'DROP_ICMP_UNRELATED', about(from, { quoted: { protocol: 47 } })],
  [
    'a quoted packet of somebody else than the receiver',
    'DROP_ICMP_UNRELATED',
    quoting(from, (family) => ({ source: WORLD[family] })),
  ],
  [
    'a quoted packet the wrong way round',
    'DROP_ICMP_UNRELATED',
    quoting(from, (family) =>
      from === 'workload'
        ? { source: WORKLOAD[family], destination: PEER[family] }
        : { source: PEER[family], destination: WORKLOAD[family] },
    ),
  ],
  ['too little of the quoted packet', 'DROP_ICMP_UNRELATED', about(from, { cut: 24 })],
  [
    'a quoted ICMP error',
    'DROP_ICMP_UNRELATED',
    (stage, family) => {
      connection(stage, family, from);
      const port = family === 4 ? 0x0300 : 0x0100;
      return icmpError({ family, from, quoted: { protocol: icmpOf(family), port } });
    },
  ],
  [
    'a quoted echo request that nobody sent',
    'DROP_ICMP_UNRELATED',
    (_, family) =>
      icmpError({
        family,
        from,
        quoted: { protocol: icmpOf(family), port: family === 4 ? 0x0800 : 0x8000 },
      }),
  ],
  [
    'quoted IPv4 options',
    'DROP_ICMP_UNRELATED',
    (stage) => {
      const data = about(from, {})(stage, 4);
      data.writeUInt8(0x46, 14 + 20 + 8);
      return data;
    },
    4,
  ],
  [
    'a quoted later fragment',
    'DROP_ICMP_UNRELATED',
    (stage) => {
      const data = about(from, {})(stage, 4);
      data.writeUInt16BE(8, 14 + 20 + 8 + 6);
      return data;
    },
    4,
  ],
  [
    'a connection that is over',
    'DROP_ICMP_UNRELATED',
    (stage, family) => {
      connection(stage, family, from);
      stage.expireConnections();
      return icmpError({ family, from });
    },
  ],
  [
    'a connection that a withdrawn rule cuts',
    'DROP_POLICY_DEFAULT',
    (stage, family) => {
      connection(stage, family, from);
      stage.policy(rule());
      return icmpError({ family, from });
    },
  ],
  [
    'a workload that is not ready',
    'DROP_NOT_READY',
    (stage, family) => {
      connection(stage, family, from);
      stage.local(0);
      return icmpError({ family, from });
    },
  ],
];

const out: readonly DropCase[] = casesOf('from_endpoint', [
  ...rows('workload'),
  [
    'a foreign source',
    'DROP_SPOOF_ADDR',
    (stage, family) => about('workload', { source: GATEWAY[family] })(stage, family),
  ],
]);

const through: readonly DropCase[] = casesOf('from_overlay', rows('outside')).map((one) => ({
  ...one,
  arrive: (stage, family) => ({ ...one.arrive(stage, family), ...outer() }),
}));

export const ICMP_ERRORS: readonly DropCase[] = [
  ...out,
  ...casesOf('to_endpoint', rows('outside')),
  ...through,
];
