import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { encodeProblems, loadProto, type ProblemInput, type ServiceName, type StatusName } from '@sluice/api';
import { createCa, issue } from '@sluice/pki';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** A refusal that a handler throws. */
export class Refusal extends Error {
  constructor(
    readonly code: StatusName,
    message: string,
    readonly problems: readonly ProblemInput[] = [],
  ) {
    super(message);
  }
}

type Handler = (request: never) => unknown;
/** Unary methods give their answer; Observe gives batches and then ends, or never (`'hang'`), or with a Refusal. */
export type Handlers = Readonly<Partial<Record<ServiceName, Readonly<Record<string, Handler>>>>>;

interface UnaryCall {
  request: never;
}
interface StreamCall extends UnaryCall {
  write(message: unknown): void;
  end(): void;
  emit(event: 'error', error: unknown): void;
}

function toStatus(error: unknown) {
  if (error instanceof Refusal)
    return { code: status[error.code], details: error.message, metadata: encodeProblems(error.problems) };
  return { code: status.INTERNAL, details: String(error), metadata: new Metadata() };
}

function implement(
  service: ServiceName,
  handlers: Readonly<Record<string, Handler>>,
): UntypedServiceImplementation {
  const missing = (name: string) => () => {
    throw new Refusal('UNIMPLEMENTED', `${service}.${name} is not there`);
  };
  const methods: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(loadProto().services[service].service)) {
    const handler = handlers[name] ?? missing(name);
    if (method.requestStream) continue;
    methods[name] = method.responseStream
      ? (call: StreamCall) => {
          try {
            const messages = handler(call.request) as readonly unknown[];
            for (const message of messages) {
              if (message === 'hang') return;
              if (message instanceof Refusal) throw message;
              call.write(message);
            }
            call.end();
          } catch (error) {
            call.emit('error', toStatus(error));
          }
        }
      : (call: UnaryCall, answer: (error: unknown, value?: unknown) => void) => {
          try {
            const value = handler(call.request);
            if (value !== 'hang') answer(null, value);
          } catch (error) {
            answer(toStatus(error));
          }
        };
  }
  return methods;
}

/** Serves the given handlers; what is not given is UNIMPLEMENTED. */
export async function serve(address: string, credentials: ServerCredentials, handlers: Handlers) {
  const server = new Server();
  for (const service of Object.keys(handlers) as ServiceName[])
    server.addService(loadProto().services[service].service, implement(service, handlers[service] ?? {}));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { address: `127.0.0.1:${port}`, [Symbol.dispose]: () => server.forceShutdown() };
}

/** An authority, a server certificate for 127.0.0.1, and a client certificate, in files. */
export async function makePki(dir: string) {
  const ca = await createCa({ commonName: 'test' });
  const server = await issue(ca, { commonName: 'cp-1', ips: ['127.0.0.1'], usages: ['server'] });
  const client = await issue(ca, { commonName: 'admin', organization: 'sluice:admin', usages: ['client'] });
  const old = { now: new Date('2020-01-01T00:00:00Z'), days: 1 };
  const expired = await issue(ca, { commonName: 'old', usages: ['client'], ...old });
  const put = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const caFile = put('ca.crt', ca.cert);
  return {
    tls: { ca: caFile, cert: put('admin.crt', client.cert), key: put('admin.key', client.key) },
    expired: { ca: caFile, cert: put('old.crt', expired.cert), key: put('old.key', expired.key) },
    credentials: () =>
      ServerCredentials.createSsl(
        Buffer.from(ca.cert),
        [{ cert_chain: Buffer.from(server.cert), private_key: Buffer.from(server.key) }],
        true,
      ),
    config: (servers: readonly string[], more: Readonly<Record<string, unknown>> = {}) =>
      put(
        'config.yaml',
        stringify({
          currentContext: 'admin',
          contexts: [
            { name: 'admin', servers, tls: pki(caFile, dir, 'admin'), netns: null, ...more },
            { name: 'old', servers, tls: pki(caFile, dir, 'old'), netns: null },
          ],
        }),
      ),
  };
}
const pki = (ca: string, dir: string, name: string) => ({
  ca,
  cert: join(dir, `${name}.crt`),
  key: join(dir, `${name}.key`),
});
