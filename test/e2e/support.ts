import { applyAndWait, Lab, type LabOptions } from '@sluice/lab';

/** A test that fails is slow; one that passes is not. */
export const SLOW_MS = 120_000;

/** A lab for one file of tests, named after it: what a crashed run left is removed first. */
export const startLab = (name: string, options: Partial<LabOptions> = {}): Promise<Lab> =>
  Lab.start({ name: `e2e-${name}`, nodes: 2, ...options });

/** `client` may call `server` on the port over TCP: egress of the one, ingress of the other, in one document each. */
export function allow(client: string, server: string, port: number): string {
  const ports = { toPorts: [{ ports: [{ port: String(port), protocol: 'TCP' }] }] };
  const select = (app: string) => ({ matchLabels: { app } });
  return [
    document(`${client}-to-${server}-${port}`, {
      endpointSelector: select(client),
      egress: [{ toEndpoints: [select(server)], ...ports }],
    }),
    document(`${server}-from-${client}-${port}`, {
      endpointSelector: select(server),
      ingress: [{ fromEndpoints: [select(client)], ...ports }],
    }),
  ].join('---\n');
}

/** A native policy in namespace shop; JSON is YAML. */
export const document = (name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'sluice.dev/v1', kind: 'Policy', metadata: { name, namespace: 'shop' }, spec })}\n`;

/** Applies and waits until every node enforces it. */
export const apply = (lab: Lab, ...texts: readonly string[]) => applyAndWait(lab, texts.join('---\n'));

/** Deletes every policy and waits until no node enforces one. */
export async function withdrawAll(lab: Lab): Promise<void> {
  const { policies } = await lab.api().policies.list({});
  const refs = policies.map(({ ref }) => ref).filter((ref) => ref !== null);
  if (refs.length === 0) return;
  const answer = await lab
    .api()
    .policies.delete({ policies: refs, waitRealized: true, timeoutSeconds: 30 }, { timeoutMs: 40_000 });
  if (answer.realization?.realized !== true) throw new Error('the deletion was not realized');
}
