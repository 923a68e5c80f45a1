import type { Flow, FlowBatchInput } from '@sluice/api';
import type { FlowSink } from './relay.js';

/** What both a gRPC call and an HTTP response are. */
interface Writable<T> {
  write(chunk: T): boolean;
  once(event: 'drain', listener: () => void): unknown;
  off(event: 'drain', listener: () => void): unknown;
}

/** Resolves once the stream has room, or when aborted. */
function written<T>(stream: Writable<T>, chunk: T, signal: AbortSignal): Promise<void> {
  if (signal.aborted || stream.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      stream.off('drain', go);
      signal.removeEventListener('abort', go);
      resolve();
    };
    stream.once('drain', go);
    signal.addEventListener('abort', go, { once: true });
  });
}

/** Flows as gRPC messages. */
export function grpcSink(call: Writable<FlowBatchInput>, signal: AbortSignal): FlowSink {
  return { write: (flows) => written(call, { flows: [...flows] }, signal) };
}

/** Flows as JSON, one a line. */
export function linesSink(response: Writable<string>, signal: AbortSignal): FlowSink {
  const line = (flow: Flow) => `${JSON.stringify(flow)}\n`;
  return { write: (flows) => written(response, flows.map(line).join(''), signal) };
}
