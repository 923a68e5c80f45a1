import type { ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';

export type UnaryCall = ServerUnaryCall<unknown, unknown>;

/** Aborted when the client goes away or its deadline passes. */
export function cancelled(
  call: Pick<UnaryCall, 'once' | 'cancelled'> | ServerWritableStream<never, never>,
): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  else call.once('cancelled', () => controller.abort());
  return controller.signal;
}
