import { decodeFlowEvent } from '@sluice/datapath';
import { enrich, type Flow, type FlowFilter, type FlowResolver, matches, Ring } from '@sluice/flows';

/** How many packed events are kept: 1.2 MB. */
const CAPACITY = 8192;

/**
 * The last events, kept as the kernel packed them; they are decoded and named when somebody looks. A node that nobody watches
 * pays for a copy.
 */
export class FlowStore {
  private readonly ring: Ring<Buffer>;

  constructor(
    private readonly resolver: () => FlowResolver,
    capacity = CAPACITY,
  ) {
    this.ring = new Ring(capacity);
  }

  add(events: readonly Buffer[]): void {
    this.ring.push(events);
  }

  get total(): number {
    return this.ring.total;
  }

  /** At most `last` of the flows that match, oldest first. */
  last(filter: FlowFilter, last: number): Flow[] {
    const resolver = this.resolver();
    const found: Flow[] = [];
    const { items } = this.ring.reader(CAPACITY).take(CAPACITY);
    for (let i = items.length - 1; i >= 0 && found.length < last; i--) {
      const flow = enrich(decodeFlowEvent(items[i]!), resolver);
      if (matches(flow, filter)) found.push(flow);
    }
    return found.reverse();
  }

  /** Follows what comes from now on. `write` is awaited, so a slow reader loses the oldest and is told how many. */
  follow(filter: FlowFilter, write: (flows: Flow[]) => Promise<void>): Disposable {
    const reader = this.ring.reader(0);
    let running = false;
    let closed = false;
    let lost = 0;
    const pump = async (): Promise<void> => {
      if (running) return;
      running = true;
      try {
        while (!closed && reader.pending) {
          const taken = reader.take(256);
          const resolver = this.resolver();
          const [first, ...rest] = taken.items
            .map((item) => enrich(decodeFlowEvent(item), resolver))
            .filter((flow) => matches(flow, filter));
          // What was lost is told with the next flow that is shown at all.
          lost += taken.lost;
          if (!first) continue;
          const flows = [{ ...first, lost }, ...rest];
          lost = 0;
          await write(flows);
        }
      } finally {
        running = false;
      }
    };
    const stop = this.ring.onPush(() => void pump().catch(() => undefined));
    return {
      [Symbol.dispose]: () => {
        closed = true;
        stop();
      },
    };
  }
}
