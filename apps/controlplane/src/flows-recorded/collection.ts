import type { RecordedBatch, RecordedFlow } from '@sluice/api';

/** What the nodes have recorded, brought together. */
export interface Recorded {
  /** Newest first. Rows with `staged` repeat connections that have a row without it too. */
  readonly flows: RecordedFlow[];
  /** RFC 3339: from then on every node that answered has its rows; empty: no node answered. */
  readonly since: string;
  /** The node whose ring begins then; empty: no node answered. */
  readonly youngestNode: string;
  /** Known nodes that did not answer, by name. */
  readonly silentNodes: string[];
  /** Some rows are missing: there were more than a limit allows. */
  readonly truncated: boolean;
}

/** How many rows are held while nodes answer, whatever the number of nodes: some 200 MB. */
const MOST_HELD = 200_000;

interface Answer {
  readonly flows: RecordedFlow[];
  readonly since: string;
  readonly truncated: boolean;
}

/**
 * Gathers batches of many nodes. A node that answers at two replicas (its agent has just dialled anew) counts once; one whose
 * answer breaks off in the middle counts as silent.
 */
export class Collection {
  private readonly answers = new Map<string, Answer>();
  private held = 0;

  /** `most`: rows held at a time. */
  constructor(private readonly most = MOST_HELD) {}

  /** Takes the batches of one replica or agent. */
  source(): (batch: RecordedBatch) => void {
    const open = new Map<string, { flows: RecordedFlow[]; truncated: boolean }>();
    return ({ node, flows, since, truncated, failure }) => {
      const answer = open.get(node) ?? { flows: [], truncated: false };
      open.set(node, answer);
      const room = Math.max(0, this.most - this.held);
      const taken = flows.slice(0, room);
      answer.flows.push(...taken);
      answer.truncated ||= truncated || taken.length < flows.length;
      this.held += taken.length;
      if (since === '' && failure === '') return;
      open.delete(node);
      if (failure === '' && !this.answers.has(node)) this.answers.set(node, { ...answer, since });
      else this.held -= answer.flows.length;
    };
  }

  /** All of it, at most `limit` rows. `known`: the nodes that should have answered. */
  result(known: readonly string[], limit: number): Recorded {
    const flows = [...this.answers.values()].flatMap((answer) => answer.flows);
    flows.sort((a, b) => (a.last < b.last ? 1 : a.last > b.last ? -1 : 0));
    const [youngest] = [...this.answers].sort(([, a], [, b]) => (a.since < b.since ? 1 : -1));
    return {
      flows: flows.slice(0, limit),
      since: youngest?.[1].since ?? '',
      youngestNode: youngest?.[0] ?? '',
      silentNodes: known.filter((node) => !this.answers.has(node)).sort(),
      truncated: flows.length > limit || [...this.answers.values()].some((answer) => answer.truncated),
    };
  }
}
