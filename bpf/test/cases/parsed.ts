/** What the parser refuses, at each program that parses: mistakes in a packet that the program would otherwise let pass. */
import type { ProgramName } from '../bench.js';
import { PROTOCOL, u16, type Family } from '../packets.js';
import { FAMILIES, welcome } from '../stage.js';
import { casesOf, type DropCase, type ReasonName } from './case.js';

const IP = 14;
/** Where the transport header begins, and where the protocol, or the next header, stands. */
const transport = (family: Family) => IP + (family === 4 ? 20 : 40);
const protocolAt = (family: Family) => IP + (family === 4 ? 9 : 6);

type Mistake = (data: Buffer, family: Family) => Buffer;

const byte =
  (at: (family: Family) => number, value: number): Mistake =>
  (data, family) => {
    data.writeUInt8(value, at(family));
    return data;
  };
const protocol = (number: number) => byte(protocolAt, number);

/** ICMP of this type in place of TCP. */
const icmp =
  (types: Readonly<Record<Family, number>>): Mistake =>
  (data, family) => {
    data.writeUInt8(family === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6, protocolAt(family));
    data.writeUInt8(types[family], transport(family));
    return data;
  };

/** Only the first 16 bytes behind the IP headers, as a first fragment. */
const fragmented: Mistake = (data, family) => {
  if (family === 4) {
    const head = Buffer.from(data.subarray(0, transport(4) + 16));
    head.set(u16(36), IP + 2);
    head.set(u16(0x2000), IP + 6);
    return head;
  }
  const header = Buffer.from([data.readUInt8(protocolAt(6)), 0, 0, 1, 0, 0, 0, 1]);
  const at = transport(6);
  const whole = Buffer.concat([data.subarray(0, at), header, data.subarray(at, at + 16)]);
  whole.set(u16(24), IP + 4);
  whole.writeUInt8(PROTOCOL.fragment, protocolAt(6));
  return whole;
};

const MISTAKES: readonly (readonly [string, ReasonName, Mistake, Family?])[] = [
  ['parsed: another version', 'DROP_MALFORMED', byte(() => IP, 0x50)],
  ['parsed: another EtherType', 'DROP_UNKNOWN_L3', byte(() => 13, 0x99)],
  ['parsed: another protocol', 'DROP_UNKNOWN_L4', protocol(47)],
  ['parsed: options', 'DROP_IP_OPTIONS', byte(() => IP, 0x46), 4],
  ['parsed: a routing header', 'DROP_EXT_HEADER', protocol(43), 6],
  ['parsed: IGMP', 'DROP_ND_IGNORED', protocol(PROTOCOL.igmp), 4],
  ['parsed: a router solicitation', 'DROP_ND_IGNORED', icmp({ 4: 0, 6: 133 }), 6],
  ['parsed: a redirect', 'DROP_ND_FORBIDDEN', icmp({ 4: 5, 6: 137 })],
  ['parsed: no TCP flags', 'DROP_CT_INVALID', byte((family) => transport(family) + 13, 0)],
  ['parsed: too little of TCP in a fragment', 'DROP_FRAG_SHORT', fragmented],
  [
    'parsed: an ICMP error in fragments',
    'DROP_ICMP_UNRELATED',
    (data, family) => fragmented(icmp({ 4: 3, 6: 1 })(data, family), family),
  ],
];

/** Programs that parse packets. */
export const PARSING: readonly ProgramName[] = ['from_endpoint', 'to_endpoint', 'from_overlay', 'to_overlay'];

export const PARSED: readonly DropCase[] = PARSING.flatMap((program) =>
  MISTAKES.flatMap(([what, reason, mistake, only]) =>
    (only ? [only] : FAMILIES).flatMap((family) =>
      casesOf(program, [
        [
          what,
          reason,
          () => {
            const { data, ...beside } = welcome(program, family);
            return { data: mistake(data, family), ...beside };
          },
          family,
        ],
      ]),
    ),
  ),
);
