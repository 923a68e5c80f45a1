import { applyAndWait, destroyLab, Lab, labNames, labPaths, livingOwner, type LabOptions } from '@sluice/lab';

/** A test that fails is slow; one that passes is not. */
export const SLOW_MS = 120_000;

/** The name of a lab of this process, so that two runs of the tests do not meet. */
export const labName = (name: string): string => `e2e-${name}-${process.pid}`;

/** A lab for one file of tests, named after it. What a crashed run of the same file left is removed first. */
export async function startLab(name: string, options: Partial<LabOptions> = {}): Promise<Lab> {
  const left = labNames().filter((other) => /^e2e-(\w+)-\d+$/.exec(other)?.[1] === name);
  for (const other of left) if (livingOwner(labPaths(other).owner) === null) await destroyLab(other);
  return Lab.start({ name: labName(name), nodes: 2, ...options });
}

/** Ends the lab, where its start got that far. */
export const stopLab = async (lab: Lab | undefined): Promise<void> => lab?.[Symbol.asyncDispose]();

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
