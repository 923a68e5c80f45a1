import { Injectable } from '@nestjs/common';
import type { AgentMessage } from '@sluice/api';
import { Metrics } from '../metrics/metrics.js';
import { Failure } from '../failure.js';
import type { AgentSession } from './session.js';

type Question = Parameters<AgentSession['ask']>[0];

/** The agents whose streams end at this replica. */
@Injectable()
export class AgentSessions {
  private readonly sessions = new Map<string, AgentSession>();
  private readonly listeners = new Set<(session: AgentSession) => void>();

  constructor(metrics: Metrics) {
    metrics.gauge(
      'sluice_controlplane_agents_connected',
      'Agents whose stream ends at this replica.',
      () => this.sessions.size,
    );
  }

  /** Takes a new stream; an older one of the same node is over: the agent has dialled again. */
  add(session: AgentSession): void {
    const older = this.sessions.get(session.node);
    this.sessions.set(session.node, session);
    older?.close();
    for (const listener of this.listeners) listener(session);
  }

  remove(session: AgentSession): void {
    if (this.sessions.get(session.node) === session) this.sessions.delete(session.node);
    session.close();
  }

  has(node: string): boolean {
    return this.sessions.has(node);
  }

  all(): readonly AgentSession[] {
    return [...this.sessions.values()];
  }

  /** Calls back for each stream that begins, until the returned function is called. */
  onConnect(callback: (session: AgentSession) => void): () => void {
    this.listeners.add(callback);
    return () => this.listeners.delete(callback);
  }

  closeAll(): void {
    for (const session of this.all()) this.remove(session);
  }

  /** One question with one answer. Null: that node has no stream here. DEADLINE_EXCEEDED after `timeoutMs`. */
  askOnce<T>(
    node: string,
    question: Question,
    pick: (message: AgentMessage) => T | null,
    timeoutMs: number,
  ): Promise<T> | null {
    const session = this.sessions.get(node);
    return session === undefined ? null : once(session, question, pick, timeoutMs);
  }
}

function once<T>(
  session: AgentSession,
  question: Question,
  pick: (message: AgentMessage) => T | null,
  timeoutMs: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    const timer = setTimeout(() => {
      cancel();
      reject(new Failure('DEADLINE_EXCEEDED', `node ${session.node} did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
    const cancel = session.ask(question, {
      message: (message) => {
        const answer = pick(message);
        if (answer !== null) finish(() => resolve(answer));
      },
      done: (failure) =>
        finish(() =>
          reject(
            failure ?? new Failure('INTERNAL', `node ${session.node} ended its answer without giving one`),
          ),
        ),
    });
  });
}
