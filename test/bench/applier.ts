import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClients } from '@sluice/api';

/**
 * An API client in the control plane's own network namespace: `applier.ts ADDRESS SERVER-NAME PKI-FOLDER` applies each line of its
 * input, a JSON string, and prints when the call began and ended, in milliseconds of CLOCK_MONOTONIC.
 */
const [address, name, folder] = process.argv.slice(2) as [string, string, string];
const pem = (file: string) => readFileSync(join(folder, file));
const tls = { ca: pem('ca.crt'), cert: pem('operator.crt'), key: pem('operator.key') };
const channel = { 'grpc.ssl_target_name_override': name, 'grpc.default_authority': name };
const clients = createClients(address, tls, { channel });
const now = () => Number(process.hrtime.bigint()) / 1e6;
for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line) as string;
  const began = now();
  await clients.policies.apply({ text, file: 'bench.yaml' }, { timeoutMs: 5_000 });
  console.log(JSON.stringify([began, now()]));
}
clients.close();
