import { toApiError, type ApiError, type Flow, type FlowStream } from '@sluice/api';

/** How one stream ended: by itself, by the user, or by a failure. */
export type Ending =
  { readonly by: 'server' | 'user' } | { readonly by: 'failure'; readonly error: ApiError };

/**
 * Hands over the flows of one stream in order, the next batch only when the last one was taken, so that a slow terminal
 * slows the server's ring and fills no memory here. Ends the stream when `signal` is aborted.
 */
export async function drain(
  stream: FlowStream,
  signal: AbortSignal,
  take: (flow: Flow) => Promise<void>,
): Promise<Ending> {
  const cancel = () => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for await (const batch of stream as AsyncIterable<{ flows: Flow[] }>) {
      for (const flow of batch.flows) await take(flow);
    }
    return { by: signal.aborted ? 'user' : 'server' };
  } catch (error) {
    return signal.aborted ? { by: 'user' } : { by: 'failure', error: toApiError(error) };
  } finally {
    signal.removeEventListener('abort', cancel);
    stream.cancel();
  }
}

/** Remembers each node's newest flow, so that a second stream does not repeat what the first has shown. */
export class Seen {
  private readonly newest = new Map<string, string>();
  private threshold = new Map<string, string>();
  /** Whether a stream was up before. */
  any = false;

  /** Call before a stream is opened anew: what is not newer than now is a repetition. */
  restart(): void {
    this.threshold = new Map(this.newest);
  }

  /** Whether the flow is new. RFC 3339 in UTC with nanoseconds sorts as text. */
  isNew(flow: Flow): boolean {
    const limit = this.threshold.get(flow.node);
    if (limit !== undefined && flow.time <= limit) return false;
    const before = this.newest.get(flow.node);
    if (before === undefined || flow.time > before) this.newest.set(flow.node, flow.time);
    return true;
  }
}
