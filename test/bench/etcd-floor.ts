import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectStore, keys } from '@sluice/store';

/**
 * The floor of realized latency: one put and its arrival at a watcher. Runs in the control plane's namespace:
 * `etcd-floor.ts ENDPOINT PKI-FOLDER COUNT` prints a JSON array of milliseconds. A pause between two, as between changes of policies:
 * processors that have slept are slower.
 */
const PAUSE_MS = 30;
const [endpoint, pki, count] = process.argv.slice(2) as [string, string, string];
const pem = (name: string) => readFileSync(join(pki, name));
await using store = connectStore({
  endpoints: [endpoint],
  tls: { ca: pem('ca.crt'), cert: pem('controlplane.crt'), key: pem('controlplane.key') },
});
let arrived: (() => void) | null = null;
await using reflector = store.reflect({
  prefix: keys.statuses(),
  onBatch: ({ changes }) => {
    if (changes.some(({ key }) => key === keys.realized('bench'))) arrived?.();
  },
});
reflector.start();
await reflector.synced();
const times: number[] = [];
for (let i = 0; i < Number(count); i += 1) {
  await pause(PAUSE_MS);
  const seen = new Promise<void>((resolve) => (arrived = resolve));
  const started = performance.now();
  await store.put(keys.realized('bench'), { generation: 1, revision: i, errors: [] });
  await seen;
  times.push(performance.now() - started);
}
await store.delete(keys.realized('bench'));
console.log(JSON.stringify(times));
