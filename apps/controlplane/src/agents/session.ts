import { status } from '@grpc/grpc-js';
import type { AgentMessage, ControlMessageInput, StatusName } from '@sluice/api';
import { Failure, unavailable } from '../failure.js';

/** The way to one agent: what the control plane asks goes out here. */
export interface ControlLink {
  send(message: ControlMessageInput): void;
  /** Ends the stream; the agent dials again. */
  end(): void;
}

/** What one request gets back. `done` comes last and once; `failure` null: all answers were given. */
export interface Answers {
  readonly message: (message: AgentMessage) => void;
  readonly done: (failure: Failure | null) => void;
}

type Question = Omit<ControlMessageInput, 'request' | 'body'>;

/** One agent's stream: numbered questions, and their answers sorted back to those who asked. */
export class AgentSession {
  private readonly asked = new Map<number, Answers>();
  private last = 0;
  private open = true;

  constructor(
    readonly node: string,
    readonly version: string,
    private readonly link: ControlLink,
  ) {}

  /** Asks the agent. The returned function takes the question back; no answer follows it, nor `done`. */
  ask(question: Question, answers: Answers): () => void {
    if (!this.open) {
      answers.done(gone(this.node));
      return () => undefined;
    }
    const request = ++this.last;
    this.asked.set(request, answers);
    this.link.send({ request, ...question });
    return () => {
      if (this.asked.delete(request) && this.open) this.link.send({ request, cancel: {} });
    };
  }

  /** Takes what the agent sent. Answers to questions that nobody asks any more are ignored. */
  receive(message: AgentMessage): void {
    const answers = this.asked.get(message.request);
    if (answers === undefined) return;
    if (message.body === 'done' || message.body === 'failure') {
      this.asked.delete(message.request);
      answers.done(message.failure ? failureFrom(this.node, message.failure) : null);
    } else answers.message(message);
  }

  /** The stream is over: whoever still waits is told. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    const waiting = [...this.asked.values()];
    this.asked.clear();
    for (const answers of waiting) answers.done(gone(this.node));
    this.link.end();
  }
}

const gone = (node: string) =>
  unavailable(`the stream of node ${node} broke`, 'repeat the call: its agent dials again by itself');

function failureFrom(
  node: string,
  { code, message }: { readonly code: string; readonly message: string },
): Failure {
  const known = code in status && Number.isNaN(Number(code)) ? (code as StatusName) : 'UNKNOWN';
  return new Failure(known, `node ${node}: ${message}`);
}
