import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Datagrams } from './datagrams.js';
import { Flood } from './flood.js';
import { Load } from './load.js';
import { echo, probe } from './probe.js';
import type { Handlers, LoadRequest, Operation } from './protocol.js';
import { Pushed } from './pushed.js';
import { Servers } from './servers.js';

/** `main.js --name web --control /path.sock --port 80 --port 9901`: a small real server that can be asked to call others. */
const { values } = parseArgs({
  options: {
    name: { type: 'string', default: '' },
    control: { type: 'string', default: '' },
    port: { type: 'string', multiple: true, default: [] },
  },
});

/** Numbered things of a session. */
class Numbered<T> {
  private last = 0;
  private readonly items = new Map<number, T>();
  constructor(private readonly what: string) {}
  add(item: T): number {
    this.items.set(++this.last, item);
    return this.last;
  }
  get(number: number): T {
    const item = this.items.get(number);
    if (item === undefined) throw new Error(`there is no ${this.what} ${number}`);
    return item;
  }
}

const servers = new Servers(values.name);
const loads = new Numbered<Load | Datagrams | Pushed>('load');
const floods = new Numbered<Flood>('flood');
const connections = new Numbered<{ readonly socket: Socket; unasked: number }>('connection');

function loadOf({ mode, ...request }: LoadRequest): Load | Datagrams | Pushed {
  if (mode === 'datagrams') return new Datagrams({ mode, ...request });
  if (mode === 'pushed') return new Pushed({ mode, ...request });
  return new Load({ mode, ...request });
}

const handlers: Handlers = {
  ping: () => ({ name: values.name }),
  probe,
  probes: ({ all }) => Promise.all(all.map(probe)),
  open: async ({ host, port, timeoutMs }) => {
    const kept = { socket: connect({ host, port, noDelay: true }), unasked: 0 };
    const { ok, error } = await echo(kept.socket, timeoutMs);
    if (!ok) throw new Error(`no connection to ${host} port ${port}: ${error}`);
    kept.socket.on('data', (data: Buffer) => (kept.unasked += data.filter((byte) => byte === 33).length));
    return { connection: connections.add(kept) };
  },
  echo: ({ connection, timeoutMs }) => echo(connections.get(connection).socket, timeoutMs),
  close: ({ connection }) => {
    connections.get(connection).socket.destroy();
    return {};
  },
  push: ({ from }) => ({ connections: servers.push(from) }),
  pushed: ({ connection }) => ({ bytes: connections.get(connection).unasked }),
  load: (request) => ({ load: loads.add(loadOf(request)) }),
  stats: ({ load }) => loads.get(load).stats(),
  stop: ({ load }) => loads.get(load).stop(),
  flood: (request) => ({ flood: floods.add(new Flood(request)) }),
  endFlood: ({ flood }) => floods.get(flood).end(),
  received: () => servers.received(),
};

async function answer(line: string): Promise<string> {
  const { id, op, request } = JSON.parse(line) as { id: number; op: Operation; request: never };
  try {
    return JSON.stringify({ id, result: await (handlers[op](request) as Promise<unknown>) });
  } catch (error) {
    return JSON.stringify({ id, error: (error as Error).message });
  }
}

for (const port of values.port) await servers.listen(Number(port));
createServer((socket) => {
  socket.on('error', () => undefined);
  // readline tells its input's errors once more.
  createInterface({ input: socket })
    .on('error', () => undefined)
    .on('line', (line) => void answer(line).then((text) => socket.write(`${text}\n`)));
}).listen(values.control);
