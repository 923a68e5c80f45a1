import { connect } from 'node:net';
import { createAgentClients, type AgentClients } from '@sluice/api';
import type { Context } from './context.js';
import { toCliError } from './errors.js';
import { CliError, Exit } from './exit.js';

export const DEFAULT_SOCKET = '/run/sluice/agent.sock';

function probe(path: string, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const done = (code: string | null) => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(timeoutMs, () => done('ETIMEDOUT'));
    socket.once('connect', () => done(null));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}

/** The agent at a unix socket. Throws CliError that says why nobody is there: exit code 6, or 5 where it is forbidden. */
export async function openAgent(path: string, timeoutMs: number): Promise<AgentClients> {
  const code = await probe(path, timeoutMs);
  if (code === null) return createAgentClients(path, { timeoutMs });
  if (code === 'EACCES' || code === 'EPERM')
    throw new CliError(
      Exit.forbidden,
      `${path}: permission denied`,
      'the agent’s socket is for root only: use sudo',
    );
  const reason: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such socket',
    ECONNREFUSED: 'nobody listens there',
    ETIMEDOUT: `no answer within ${timeoutMs} ms`,
  };
  throw new CliError(
    Exit.unreachable,
    `${path}: ${reason[code] ?? code}`,
    'see that the agent runs on this machine; --socket names another one; traffic goes on without it',
  );
}

/** Runs something against this machine's agent: at `socket`, $SLUICE_SOCKET or the usual place. */
export async function withAgent(
  context: Context,
  socket: string | undefined,
  run: (agent: AgentClients) => Promise<void>,
): Promise<void> {
  const path = socket ?? context.io.env['SLUICE_SOCKET'] ?? DEFAULT_SOCKET;
  const agent = await openAgent(path, context.globals.timeoutMs);
  try {
    await run(agent);
  } catch (error) {
    throw toCliError(error, path);
  } finally {
    agent.close();
  }
}
