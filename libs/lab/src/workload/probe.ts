import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { ProbeRequest, ProbeResult, Target } from './protocol.js';

/** Sends one line and waits for it to come back. Never rejects. */
export function probe({ transport, timeoutMs, ...target }: ProbeRequest): Promise<ProbeResult> {
  return transport === 'tcp' ? probeTcp(target, timeoutMs) : probeUdp(target, timeoutMs);
}

async function probeTcp(target: Target, timeoutMs: number): Promise<ProbeResult> {
  const from = performance.now();
  const socket = connect(target);
  const result = await echo(socket, timeoutMs, from);
  socket.destroy();
  return result;
}

/** One echo over a connection, which stays open. Never rejects. */
export function echo(socket: Socket, timeoutMs: number, from = performance.now()): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const text = `${randomUUID()}\n`;
    let got = '';
    const end = (error: string | null) => {
      clearTimeout(timer);
      socket.off('data', onData).off('error', onError).off('close', onClose);
      socket.on('error', () => undefined);
      resolve({ ok: error === null, ms: performance.now() - from, error });
    };
    const onData = (data: Buffer) => {
      got += data.toString('latin1');
      if (got.includes(text)) end(null);
    };
    const onError = (error: NodeJS.ErrnoException) => end(error.code ?? error.message);
    const onClose = () => end('closed');
    const timer = setTimeout(() => end('timeout'), timeoutMs);
    socket.on('data', onData).on('error', onError).on('close', onClose);
    if (socket.destroyed) end('closed');
    else socket.write(text);
  });
}

function probeUdp(target: Target, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const from = performance.now();
    const text = randomUUID();
    const socket = createSocket(isIPv6(target.host) ? 'udp6' : 'udp4');
    const end = (error: string | null) => {
      clearTimeout(timer);
      socket.close();
      resolve({ ok: error === null, ms: performance.now() - from, error });
    };
    const timer = setTimeout(() => end('timeout'), timeoutMs);
    socket.on('message', (message) => message.toString() === text && end(null));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.connect(target.port, target.host, () => socket.send(text));
  });
}
