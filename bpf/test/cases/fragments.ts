/** Which fragments are dropped. */
import { SHOT, type Beside, type ProgramName } from '../bench.js';
import { piece, type Way } from '../fragments.js';
import { PROTOCOL, type Family } from '../packets.js';
import { outer, type Stage } from '../stage.js';
import { casesOf, type DropCase } from './case.js';

/** After this first fragment, which passes. */
function after(stage: Stage, program: ProgramName, first: Buffer, beside: Beside): void {
  if (stage.bench.test(program, first, beside).verdict === SHOT)
    throw new Error('the first fragment was dropped');
}

const ends = (program: ProgramName, way: Way, beside: Beside = {}): readonly DropCase[] =>
  casesOf(program, [
    ['a later one without its first', 'DROP_FRAG_ORPHAN', (_, family) => piece({ family, way }, 64, null)],
    [
      'a later one of another datagram',
      'DROP_FRAG_ORPHAN',
      (s, family) => (
        after(s, program, piece({ family, way }, 0, 64), beside),
        piece({ family, way, id: 2 }, 64, null)
      ),
    ],
    [
      'a later one of another protocol',
      'DROP_FRAG_ORPHAN',
      (s, family) => (
        after(s, program, piece({ family, way }, 0, 64), beside),
        piece({ family, way, protocol: PROTOCOL.tcp }, 64, null)
      ),
    ],
    [
      'a later one after the first has been forgotten',
      'DROP_FRAG_ORPHAN',
      (s, family) => (
        after(s, program, piece({ family, way }, 0, 64), beside),
        s.expireFragments(),
        piece({ family, way }, 64, null)
      ),
    ],
    [
      'a later one of a first that was dropped',
      'DROP_FRAG_ORPHAN',
      (s, family) => {
        const spec = { family, way, protocol: PROTOCOL.tcp, port: 9 };
        if (s.bench.test(program, piece(spec, 0, 64), beside).verdict !== SHOT)
          throw new Error('the first fragment passed');
        return piece(spec, 64, null);
      },
    ],
    [
      'one onto the end of the first',
      'DROP_FRAG_OVERLAP',
      (s, family) => (
        after(s, program, piece({ family, way }, 0, 64), beside),
        piece({ family, way }, 56, null)
      ),
    ],
    [
      'one onto the transport header',
      'DROP_FRAG_OVERLAP',
      (s, family) => (
        after(s, program, piece({ family, way, protocol: PROTOCOL.tcp }, 0, 64), beside),
        piece({ family, way, protocol: PROTOCOL.tcp }, 8, null)
      ),
    ],
    ...(
      [
        ['TCP', PROTOCOL.tcp, 16],
        ['SCTP', PROTOCOL.sctp, 8],
      ] as const
    ).map(
      ([name, protocol, length]) =>
        [
          `a first one that lacks a part of its ${name} header`,
          'DROP_FRAG_SHORT' as const,
          (_: Stage, family: Family) => piece({ family, way, protocol }, 0, length),
        ] as const,
    ),
    [
      'a first one that ends before the TCP options do',
      'DROP_FRAG_SHORT',
      (_, family) => {
        const data = piece({ family, way, protocol: PROTOCOL.tcp }, 0, 24);
        data.writeUInt8(0xf0, data.length - 24 + 12);
        return data;
      },
    ],
    ['one without content', 'DROP_MALFORMED', (_, family) => piece({ family, way }, 64, 64)],
    ['a first one of an odd length', 'DROP_MALFORMED', (_, family) => piece({ family, way }, 0, 65)],
    [
      'one beyond the longest datagram',
      'DROP_MALFORMED',
      (_, family) => piece({ family, way }, 64, null, { offset: 65_528 }),
    ],
    [
      'an extension header behind the fragment header',
      'DROP_EXT_HEADER',
      () => {
        const data = piece({ family: 6, way }, 0, 64);
        data.writeUInt8(60, 54);
        return data;
      },
      6,
    ],
    [
      'a fragment header that is cut short',
      'DROP_MALFORMED',
      () => {
        const data = piece({ family: 6, way }, 0, 64);
        data.writeUInt16BE(4, 18);
        return data;
      },
      6,
    ],
  ]).map((one) => ({ ...one, arrive: (stage, family) => ({ ...one.arrive(stage, family), ...beside }) }));

export const FRAGMENTS: readonly DropCase[] = [
  ...ends('from_endpoint', 'out'),
  ...ends('to_endpoint', 'in'),
  ...ends('from_overlay', 'in', outer()),
];
