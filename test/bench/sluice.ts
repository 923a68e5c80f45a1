import { Lab } from '@sluice/lab';
import type { Variant } from './namespaces.ts';

const POLICY = `
apiVersion: sluice.dev/v1
kind: Policy
metadata: { name: client, namespace: bench }
spec:
  endpointSelector: { matchLabels: { app: client } }
  egress: [{ toEndpoints: [{ matchLabels: { app: server } }], toPorts: [{ ports: [{ port: "8080", protocol: TCP }] }] }]
---
apiVersion: sluice.dev/v1
kind: Policy
metadata: { name: server, namespace: bench }
spec:
  endpointSelector: { matchLabels: { app: server } }
  ingress: [{ fromEndpoints: [{ matchLabels: { app: client } }], toPorts: [{ ports: [{ port: "8080", protocol: TCP }] }] }]
`;

/** Two workloads on one node of a real lab: etcd, control planes, agent, default deny, and one port open between the two. */
export async function sluicePair(
  log: (line: string) => void,
): Promise<{ readonly variant: Variant } & AsyncDisposable> {
  const lab = await Lab.start({ name: `bench-${process.pid}`, nodes: 1, progress: log });
  try {
    const node = lab.node(1);
    const client = await node.addWorkload({ name: 'client', scope: 'bench' });
    const server = await node.addWorkload({ name: 'server', scope: 'bench' });
    const applied = await lab.cli(['apply', '-f', '-', '--wait'], { input: POLICY });
    if (applied.code !== 0) throw new Error(`apply failed: ${applied.stderr}`);
    const variant: Variant = {
      name: 'Sluice',
      client: client.netns,
      server: server.netns,
      addresses: { 4: server.address(4), 6: server.address(6) },
      [Symbol.dispose]: () => undefined,
    };
    return { variant, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() };
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
}
