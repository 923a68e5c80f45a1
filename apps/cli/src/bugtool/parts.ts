import type { Connection } from '../connection.js';

/** One file of the archive, and how it is made. */
export interface Part {
  readonly file: string;
  /** Rejects where it cannot be had; the archive is made without it then. */
  readonly make: () => Promise<string>;
}

export interface Limits {
  /** Rows of each map. */
  readonly rows: number;
  /** Flows of each node. */
  readonly flows: number;
}

/** What nodes are asked for. */
const DUMPS = [
  'status',
  'system',
  'config',
  'metrics',
  'classes',
  'endpoints',
  'interfaces',
  'ipcache',
  'policy',
  'ct',
] as const;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What the control plane knows. */
export function clusterParts(connection: Connection): Part[] {
  const ask = (file: string, run: Parameters<Connection['call']>[1]): Part => ({
    file,
    make: async () => json(await connection.call('reads', run)),
  });
  return [
    ask('cluster/status.json', ({ cluster }, options) => cluster.status({}, options)),
    ask('cluster/stores.json', ({ cluster }, options) => cluster.knownStores({}, options)),
    ask('cluster/settings.json', ({ cluster }, options) => cluster.getSettings({}, options)),
    ask('cluster/nodes.json', ({ cluster }, options) => cluster.listNodes({}, options)),
    ask('cluster/pools.json', ({ cluster }, options) => cluster.listPools({}, options)),
    ask('cluster/identities.json', ({ cluster }, options) => cluster.listIdentities({}, options)),
    ask('cluster/endpoints.json', ({ cluster }, options) => cluster.listEndpoints({}, options)),
    ask('cluster/services.json', ({ cluster }, options) => cluster.listServices({}, options)),
    ask('cluster/policies.json', ({ policies }, options) => policies.list({}, options)),
    ask('cluster/lint.json', ({ policies }, options) => policies.lint({}, options)),
  ];
}

/** What one node knows, asked over the stream that its agent keeps. */
export function nodeParts(connection: Connection, node: string, { rows, flows }: Limits): Part[] {
  const dumps = DUMPS.map((map) => ({
    file: `nodes/${node}/${map}.jsonl`,
    make: async () => {
      const request = { node, map, limit: rows, filter: '' };
      const { rowsJson, truncated } = await connection.call('reads', ({ inspection }, options) =>
        inspection.dumpMap(request, options),
      );
      const more = truncated ? [JSON.stringify({ truncated: `there are more than ${rows} rows` })] : [];
      return [...rowsJson, ...more].map((row) => `${row}\n`).join('');
    },
  }));
  return [...dumps, { file: `nodes/${node}/flows.jsonl`, make: () => flowsOf(connection, node, flows) }];
}

async function flowsOf(connection: Connection, node: string, last: number): Promise<string> {
  return connection.call('reads', async ({ flows }, options) => {
    const lines: string[] = [];
    const stream = flows.observe({ last, follow: false, filter: { node: [node] } });
    const stop = setTimeout(() => stream.cancel(), options.timeoutMs);
    try {
      for await (const batch of stream as AsyncIterable<{ flows: readonly unknown[] }>)
        for (const flow of batch.flows) lines.push(`${JSON.stringify(flow)}\n`);
    } finally {
      clearTimeout(stop);
    }
    return lines.join('');
  });
}
