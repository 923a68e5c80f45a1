import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import {
  ApiError,
  createAgentClients,
  createClients,
  decodeProblems,
  encodeProblems,
  loadProto,
  toApiError,
  type AddEndpointRequest,
  type EndpointInfoInput,
  type FlowBatch,
  type FlowBatchInput,
  type ObserveRequest,
} from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'sluice-api-test-'));
const socket = join(folder, 'agent.sock');
const server = new Server();

function addEndpoint(
  call: ServerUnaryCall<AddEndpointRequest, EndpointInfoInput>,
  callback: sendUnaryData<EndpointInfoInput>,
): void {
  const { workloadName, timeoutSeconds } = call.request;
  if (workloadName === 'never') return;
  if (workloadName === 'bad') {
    const metadata = encodeProblems([{ path: '$.spec', line: 3, message: 'no such field' }]);
    callback({ code: status.INVALID_ARGUMENT, details: 'bad document', metadata });
    return;
  }
  callback(null, { id: 7, workloadName, mtu: timeoutSeconds, addresses: ['198.18.0.1'] });
}

beforeAll(async () => {
  server.addService(loadProto().services.Agent.service, {
    AddEndpoint: addEndpoint,
    Observe: (call: ServerWritableStream<ObserveRequest, FlowBatchInput>) => {
      call.write({ flows: [{ node: 'node-1', verdict: 'DROPPED', lost: 2 ** 40 }] });
      call.end();
    },
  });
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    ),
  );
});
afterAll(() => {
  server.forceShutdown();
  rmSync(folder, { recursive: true, force: true });
});

describe('clients over a unix socket', () => {
  const clients = createAgentClients(socket);
  afterAll(() => clients.close());

  it('gives promises, with absent fields at their defaults', async () => {
    const info = await clients.agent.addEndpoint({ workloadName: 'web' });
    expect(info).toMatchObject({
      id: 7,
      workloadName: 'web',
      addresses: ['198.18.0.1'],
      gateways: [],
      state: '',
    });
  });
  it('rejects with status, message and problems', async () => {
    const error: unknown = await clients.agent.addEndpoint({ workloadName: 'bad' }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: 'bad document' });
    expect((error as ApiError).problems).toEqual([
      { document: 0, path: '$.spec', line: 3, column: 0, message: 'no such field', hint: '', file: '' },
    ]);
  });
  it('keeps the deadline', async () => {
    const call = clients.agent.addEndpoint({ workloadName: 'never' }, { timeoutMs: 50 });
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
  it('stops when aborted', async () => {
    const call = clients.agent.addEndpoint({ workloadName: 'never' }, { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
  });
  it('streams flows, enums by name and large numbers as numbers', async () => {
    const batches: FlowBatch[] = [];
    for await (const batch of clients.agent.observe({ follow: false })) batches.push(batch as FlowBatch);
    expect(batches[0]?.flows[0]).toMatchObject({ verdict: 'DROPPED', lost: 2 ** 40, node: 'node-1' });
  });
});

describe('clients', () => {
  it('never go without TLS but to a unix socket', () =>
    expect(() => createClients('198.18.0.1:443', null)).toThrow(/TLS/));
  it('tell that nobody listens', async () => {
    const clients = createAgentClients(join(folder, 'nobody.sock'));
    await expect(clients.agent.status({})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    clients.close();
  });
});

describe('problems', () => {
  it('are cut where they would not fit into the trailers, and counted', () => {
    const problems = Array.from({ length: 1000 }, () => ({ message: 'x'.repeat(100) }));
    const decoded = decodeProblems(encodeProblems(problems));
    expect(decoded.length).toBeLessThan(100);
    expect(decoded.at(-1)?.message).toBe(`${1000 - decoded.length + 1} more problems are not shown`);
  });
  it('are empty for failures that have none', () =>
    expect(toApiError(new Error('x'))).toMatchObject({ code: 'UNKNOWN', problems: [] }));
});

describe('generated types', () => {
  it('fit the proto files', () => {
    const script = fileURLToPath(new URL('../scripts/generate.mjs', import.meta.url));
    expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
  });
});
