import { Injectable } from '@nestjs/common';
import { IDENTITY, isCluster } from '@sluice/labels';
import {
  PolicyTable,
  protocolName,
  type PacketAnswer,
  type PolicyMapEntry,
  type ShownExplanation,
  type ShownSide,
  type SideExplanation,
} from '@sluice/policy';
import { keys, type RealizedValue } from '@sluice/store';
import { Inspection } from '../agents/inspection.js';
import { messageOf } from './message.js';
import { ClusterCache } from '../store/cache.js';
import type { StoredEnd } from './parties.js';

/** More than one class can have. */
const CLASS_ROWS = 20_000;
const CONNECTION_ROWS = 1_000;

interface EndpointRow {
  readonly policyClass: number;
  readonly identity: number;
}
interface IpcacheRow {
  readonly prefix: string;
  readonly identity: number;
}
type PolicyRow = PolicyMapEntry & { readonly cookie: number };
interface ConnectionRow {
  readonly protocol: string;
  readonly from: { readonly address: string; readonly port: number };
  readonly to: { readonly address: string; readonly port: number };
}

/** One side and all that is known of both ends. */
interface Asked {
  readonly node: string;
  readonly mine: StoredEnd;
  readonly other: StoredEnd;
  readonly side: SideExplanation;
  readonly packet: PacketAnswer;
}

interface Found {
  readonly mapEntryJson: string;
  readonly connectionJson: string;
  readonly notes: readonly string[];
}

const NOTHING = { mapEntryJson: '', connectionJson: '' };
const lengthOf = ({ prefix }: IpcacheRow) => Number(prefix.slice(prefix.indexOf('/') + 1));

/** What the kernels of the nodes hold of a connection. A node that does not answer is a note, no error. */
@Injectable()
export class KernelView {
  constructor(
    private readonly inspection: Inspection,
    private readonly cache: ClusterCache,
  ) {}

  /** The answer with the map entry and the connection of each side's node. */
  async add(
    response: ShownExplanation,
    { from, to }: { readonly from: StoredEnd; readonly to: StoredEnd },
    packet: PacketAnswer,
  ): Promise<ShownExplanation> {
    const [egress, ingress] = await Promise.all([
      this.side(packet.egress, from, to, packet),
      this.side(packet.ingress, to, from, packet),
    ]);
    const filled = (side: ShownSide | null, { mapEntryJson, connectionJson }: Found): ShownSide | null =>
      side && { ...side, mapEntryJson, connectionJson };
    return {
      ...response,
      egress: filled(response.egress, egress),
      ingress: filled(response.ingress, ingress),
      notes: [...new Set([...response.notes, ...egress.notes, ...ingress.notes])],
    };
  }

  private async side(
    side: SideExplanation | null,
    mine: StoredEnd,
    other: StoredEnd,
    packet: PacketAnswer,
  ): Promise<Found> {
    const node = mine.end.subject?.node ?? '';
    if (!side || node === '') return { ...NOTHING, notes: [] };
    const asked: Asked = { node, mine, other, side, packet };
    try {
      const entry = await this.entry(asked);
      const connection = await this.connection(asked);
      return { ...entry, ...connection, notes: [...entry.notes, ...connection.notes] };
    } catch (error) {
      return { ...NOTHING, notes: [`the kernel of node ${node} could not be asked: ${messageOf(error)}`] };
    }
  }

  private async rows<T>(node: string, map: string, filter: string, limit: number) {
    const { rowsJson, truncated } = await this.inspection.dump({ node, map, filter, limit }, true);
    return { rows: rowsJson.map((row) => JSON.parse(row) as T), truncated };
  }

  /** The entry that a look-up in the node's kernel finds, and in what it differs from what should be there. */
  private async entry(asked: Asked): Promise<Pick<Found, 'mapEntryJson' | 'notes'>> {
    const { node, side } = asked;
    const { question } = side;
    if (question.self) return { mapEntryJson: '', notes: [] };
    const subject = await this.subject(asked);
    if (subject === null) {
      const why = `the node's kernel differs: node ${node} does not know ${asked.mine.end.shown.workloads[0] ?? question.subject}`;
      return { mapEntryJson: '', notes: [this.behind(node, why)] };
    }
    const peer = await this.peer(asked);
    const { rows } = await this.rows<PolicyRow>(node, 'policy', `class=${subject.policyClass}`, CLASS_ROWS);
    const entry = new PolicyTable(rows).find({ ...question, peer });
    const difference = subject.identity === question.subject ? differenceOf(entry, side, rows.length) : `the workload has identity ${subject.identity} there, not ${question.subject}`;
    return {
      mapEntryJson: entry === null ? '' : JSON.stringify(entry),
      notes: difference === null ? [] : [this.behind(node, `the node's kernel differs: on node ${node} ${difference}`)],
    };
  } // prettier-ignore

  /** The subject's class and identity in the kernel; a host's are fixed. */
  private async subject({ node, mine }: Asked): Promise<EndpointRow | null> {
    if (mine.endpoint === null) return { policyClass: IDENTITY.HOST, identity: IDENTITY.HOST };
    const [address] = mine.end.addresses;
    if (address === undefined) return null;
    const { rows } = await this.rows<EndpointRow>(node, 'endpoints', `"address":"${address}"`, 10);
    return rows[0] ?? null;
  }

  /** The peer's number on that node: those of nodes and prefixes are its own. */
  private async peer({ node, other, side }: Asked): Promise<number> {
    const { peer, family } = side.question;
    const address = other.end.addresses.find((a) => a.includes(':') === (family === 6));
    if (isCluster(peer) || address === undefined) return peer;
    const { rows } = await this.rows<IpcacheRow>(node, 'ipcache', `covers=${address}`, 200);
    const [longest] = rows.sort((a, b) => lengthOf(b) - lengthOf(a));
    return longest?.identity ?? (family === 4 ? IDENTITY.WORLD_IPV4 : IDENTITY.WORLD_IPV6);
  }

  private async connection(asked: Asked): Promise<Pick<Found, 'connectionJson' | 'notes'>> {
    const { node, packet, side, mine, other } = asked;
    const [from, to] = side.question.direction === 'egress' ? [mine, other] : [other, mine];
    const name = protocolName(packet.protocol);
    if (name.startsWith('ICMP')) return { connectionJson: '', notes: [] }; // known by the echo's id, not by its type
    const found: ConnectionRow[] = [];
    let more = false;
    for (const address of to.end.addresses) {
      const filter = `"to":{"address":"${address}","port":${packet.port}}`;
      const { rows, truncated } = await this.rows<ConnectionRow>(node, 'ct', filter, CONNECTION_ROWS);
      more ||= truncated;
      found.push(...rows.filter((r) => r.protocol === name && from.end.addresses.includes(r.from.address)));
    }
    const notes = [
      ...(found.length > 1 ? [`node ${node} has ${found.length} such connections; one is shown`] : []),
      ...(more && found.length === 0 ? [`node ${node} has more connections than were looked at`] : []),
    ];
    return { connectionJson: found[0] ? JSON.stringify(found[0]) : '', notes };
  }

  /** Adds how far the node is, which is why most differences are there. */
  private behind(node: string, note: string): string {
    const realized = this.cache.get<RealizedValue>(keys.realized(node))?.value.revision ?? 0;
    return `${note} (the node has realized revision ${realized}, this answer is of ${this.cache.revision})`;
  }
}

const told = (entry: PolicyMapEntry | null) =>
  entry === null ? 'no entry' : `${entry.deny ? 'a deny' : 'an allow'} of precedence ${entry.precedence}`;

/** Verdict and rank of the entry that is there and of the one that should be; null where they are equal. */
function differenceOf(entry: PolicyMapEntry | null, { entry: wanted, question }: SideExplanation, rows: number): string | null {
  if (entry?.deny === wanted?.deny && entry?.precedence === wanted?.precedence) return null;
  // A host that no policy selects is not judged, and has no map.
  if (question.subject === IDENTITY.HOST && rows === 0 && wanted?.deny === false) return null;
  return `there is ${told(entry)}, and the control plane computes ${told(wanted)}`;
} // prettier-ignore
