import { Controller } from '@nestjs/common';
import { GrpcStreamMethod } from '@nestjs/microservices';
import type { Metadata, ServerDuplexStream } from '@grpc/grpc-js';
import type { AgentMessage, ControlMessageInput } from '@sluice/api';
import { Observable } from 'rxjs';
import { AuditLog } from '../audit/audit.js';
import { callerOfCall } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { Failure, forbidden } from '../failure.js';
import { AgentSession } from './session.js';
import { AgentSessions } from './sessions.js';

const HELLO_MS = 10_000;
/** Control messages are small and few; an agent that lets this many bytes pile up does not read. */
const MAX_UNREAD_BYTES = 1024 * 1024;

type AgentCall = ServerDuplexStream<AgentMessage, ControlMessageInput>;

/** gRPC service AgentStream: agents dial in and are asked. */
@Controller()
export class AgentStreamGrpc {
  constructor(
    private readonly sessions: AgentSessions,
    private readonly audit: AuditLog,
  ) {}

  /** The returned Observable carries nothing: it ends the call. What is asked is written to the call itself. */
  @Role('node')
  @GrpcStreamMethod('AgentStream', 'Connect')
  connect(messages: Observable<AgentMessage>, _metadata: Metadata, call: AgentCall): Observable<never> {
    const { name } = callerOfCall(call);
    return new Observable<never>((subscriber) => {
      let session: AgentSession | null = null;
      const timer = setTimeout(
        () => subscriber.error(new Failure('DEADLINE_EXCEEDED', 'no hello came')),
        HELLO_MS,
      );
      const greet = (message: AgentMessage) => {
        clearTimeout(timer);
        session = this.open(name, message, call, () => subscriber.complete());
      };
      const subscription = messages.subscribe({
        next: (message) => {
          try {
            if (session === null) greet(message);
            else session.receive(message);
          } catch (error) {
            subscriber.error(error);
          }
        },
        error: () => subscriber.complete(),
        complete: () => subscriber.complete(),
      });
      return () => {
        clearTimeout(timer);
        subscription.unsubscribe();
        if (session !== null) this.close(session);
      };
    });
  }

  private open(name: string, { body, hello }: AgentMessage, call: AgentCall, end: () => void): AgentSession {
    if (body !== 'hello' || !hello) throw new Failure('INVALID_ARGUMENT', 'the first message must be hello');
    if (hello.node !== name) {
      this.audit.write({
        event: 'refused',
        user: name,
        what: 'AgentStream.Connect',
        reason: `said to be node ${hello.node}`,
      });
      throw forbidden(
        `the certificate is of ${name}, the agent says it is ${hello.node}`,
        'use the certificate of that node',
      );
    }
    const send = (message: ControlMessageInput) => {
      call.write(message);
      if (call.writableLength > MAX_UNREAD_BYTES) end();
    };
    const session = new AgentSession(name, hello.version, { send, end });
    this.sessions.add(session);
    this.audit.write({
      event: 'agent-connected',
      user: name,
      what: 'AgentStream.Connect',
      version: hello.version,
    });
    return session;
  }

  private close(session: AgentSession): void {
    this.sessions.remove(session);
    this.audit.write({ event: 'agent-gone', user: session.node, what: 'AgentStream.Connect' });
  }
}
