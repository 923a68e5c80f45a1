import type { Label } from '@sluice/labels';
import { PROTOCOL } from '../normal/shared.js';
import type { NamedPortInput, World } from '../types.js';
import { explainSteps } from './explain.js';
import type { PolicyForms } from '../normal/forms.js';
import type { SideExplanation, SideQuestion } from './types.js';

type Family = 4 | 6;

/** A party as answers tell it. */
export interface ShownParty {
  readonly identity: number;
  readonly labels: Label[];
  readonly workloads: string[];
  readonly entity: string;
  readonly prefix: string;
  readonly node: string;
}

/** One end of a connection, as somebody named it. */
export interface ConnectionEnd {
  /** Ends of one name are one endpoint. */
  readonly name: string;
  readonly shown: ShownParty;
  /** What it is in the eyes of a subject on a node; two where a name means both families. */
  readonly views: readonly { readonly family: Family | null; readonly identity: (node: string) => number }[];
  /** Where its own policy is judged, and as whom; null where nobody has policy for it. */
  readonly subject: {
    readonly node: string;
    readonly identity: number;
    readonly ports: readonly NamedPortInput[] | null;
  } | null;
  readonly addresses: readonly string[];
  /** Families of its addresses, the main one first; empty where nothing is known. */
  readonly families: readonly Family[];
}

/** Where a connection goes. ICMP: the port is type << 8. */
export interface Target {
  readonly protocol: number;
  readonly port: number;
}

/** A connection of two ends in a world that may look different from each node. */
export interface Connection {
  readonly worldOf: (node: string) => World;
  readonly from: ConnectionEnd;
  readonly to: ConnectionEnd;
  readonly targets: readonly Target[];
}

/** One packet of a connection and what both sides say of it; null where that end has no policy of ours. */
export interface PacketAnswer extends Target {
  readonly family: Family;
  readonly allowed: boolean;
  readonly egress: SideExplanation | null;
  readonly ingress: SideExplanation | null;
}

/** A connection makes no sense; the message says why. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

const PROTOCOLS: Readonly<Record<string, readonly number[]>> = {
  TCP: [PROTOCOL.TCP],
  UDP: [PROTOCOL.UDP],
  SCTP: [PROTOCOL.SCTP],
  ICMP: [PROTOCOL.ICMP],
  ICMPv6: [PROTOCOL.ICMPV6],
  ANY: [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.SCTP],
};

/** What a protocol's name and a port mean. ICMP: the port is the type. Throws ConnectionError. */
export function targetsOf(protocol: string, port: number): Target[] {
  const name = protocol === '' ? 'TCP' : protocol;
  const numbers = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
  if (!numbers)
    throw new ConnectionError(
      `protocol ${JSON.stringify(name)} is not known; there are ${Object.keys(PROTOCOLS).join(', ')}`,
    );
  const icmp = name.startsWith('ICMP');
  const [least, most] = icmp ? [0, 255] : [1, 65535];
  if (!Number.isInteger(port) || port < least || port > most)
    throw new ConnectionError(
      icmp
        ? `the port of ${name} is its type, a number from 0 to 255, not ${port}`
        : `a port is a number from 1 to 65535, not ${port}`,
    );
  return numbers.map((number) => ({ protocol: number, port: icmp ? port << 8 : port }));
}

function familyOf(target: Target, said: Family | null, otherwise: Family): Family | null {
  const icmp = target.protocol === PROTOCOL.ICMP ? 4 : target.protocol === PROTOCOL.ICMPV6 ? 6 : null;
  if (icmp !== null && said !== null && icmp !== said) return null;
  return icmp ?? said ?? otherwise;
}

type View = ConnectionEnd['views'][number];

function* packetsOf({ from, to, targets }: Connection): Generator<{
  readonly views: readonly [View, View];
  readonly family: Family;
  readonly target: Target;
}> {
  const shared = from.families.find((f) => to.families.length === 0 || to.families.includes(f));
  const otherwise = shared ?? from.families[0] ?? to.families[0] ?? 4;
  for (const a of from.views)
    for (const b of to.views)
      for (const target of targets) {
        if (a.family !== null && b.family !== null && a.family !== b.family) continue;
        const family = familyOf(target, a.family ?? b.family, otherwise);
        if (family !== null) yield { views: [a, b], family, target };
      }
}

function questionOf(
  mine: ConnectionEnd,
  other: { readonly end: ConnectionEnd; readonly view: View },
  packet: Pick<SideQuestion, 'direction' | 'protocol' | 'port' | 'family'>,
): SideQuestion | null {
  if (!mine.subject) return null;
  const { node, identity, ports } = mine.subject;
  const self = mine.name === other.end.name;
  return {
    subject: identity,
    peer: other.view.identity(node),
    ...packet,
    ...(self ? { self } : {}),
    ...(ports ? { ports } : {}),
  };
}

/** Explains every packet that a connection can mean, in small steps. Throws ConnectionError where there is none, or nobody's policy. */
export function* connectionSteps(
  connection: Connection,
  forms: PolicyForms,
): Generator<void, PacketAnswer[]> {
  const { from, to, worldOf } = connection;
  if (!from.subject && !to.subject)
    throw new ConnectionError('neither end has a policy: name a workload or a node');
  const answers: PacketAnswer[] = [];
  for (const { views, family, target } of packetsOf(connection)) {
    const side = function* (mine: ConnectionEnd, end: ConnectionEnd, view: View, direction: 'egress' | 'ingress') {
      const question = questionOf(mine, { end, view }, { ...target, family, direction });
      if (!question || !mine.subject) return null;
      const options = { forms, peerAddresses: end.addresses };
      return yield* explainSteps(worldOf(mine.subject.node), question, options);
    }; // prettier-ignore
    const egress = yield* side(from, to, views[1], 'egress');
    const ingress = yield* side(to, from, views[0], 'ingress');
    const allowed = egress?.allowed !== false && ingress?.allowed !== false;
    answers.push({ ...target, family, allowed, egress, ingress });
  }
  if (answers.length === 0)
    throw new ConnectionError('no packet can be like this: the families of the two ends differ');
  return answers;
}

/** Runs small steps in one go. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
