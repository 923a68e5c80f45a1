import { chmodSync, rmSync } from 'node:fs';
import type { AddEndpointRequestInput, SuspendEnforcementRequestInput } from '@sluice/api';
import { fastify, type FastifyInstance } from 'fastify';
import { AgentError, type AgentErrorCode, messageOf } from '../util/errors.js';
import { prepareSocket } from './grpc.js';
import { agentMetrics } from './metrics.js';
import type { AgentService } from './service.js';

const HTTP: Readonly<Record<AgentErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  RESOURCE_EXHAUSTED: 507,
  DEADLINE_EXCEEDED: 504,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

interface FlowQuery {
  readonly last?: string;
  readonly from?: string;
  readonly to?: string;
  readonly workload?: string;
  readonly verdict?: string;
}
const list = (text: string | undefined): string[] =>
  text === undefined || text === '' ? [] : text.split(',');

function number(text: string | undefined, name: string): number {
  if (text === undefined) return 0;
  if (!/^\d{1,9}$/.test(text)) throw new AgentError('INVALID_ARGUMENT', `${name} must be a number`);
  return Number(text);
}

function failures(app: FastifyInstance): void {
  app.setErrorHandler((error: unknown, _request, reply) => {
    const status = (error as { statusCode?: number }).statusCode;
    const code: AgentErrorCode =
      error instanceof AgentError
        ? error.code
        : status !== undefined && status < 500
          ? 'INVALID_ARGUMENT'
          : 'INTERNAL';
    void reply
      .code(error instanceof AgentError ? HTTP[code] : (status ?? 500))
      .send({ code, message: messageOf(error) });
  });
}

/** Health and metrics: what may be served beyond the socket too. */
function openRoutes(app: FastifyInstance, service: AgentService): void {
  const metrics = agentMetrics(service.agent);
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const reason = service.agent.notReady;
    return reply
      .code(reason === null ? 200 : 503)
      .send({ status: reason === null ? 'ok' : 'not ready', reason });
  });
}

function socketRoutes(app: FastifyInstance, service: AgentService): void {
  app.get('/v1/status', () => service.status());
  app.get('/v1/enforcement', () => service.enforcement());
  app.put<{ Body: SuspendEnforcementRequestInput }>('/v1/enforcement', ({ body }) =>
    service.suspendEnforcement(body),
  );
  app.get('/v1/endpoints', () => ({ endpoints: service.listEndpoints() }));
  app.post<{ Body: AddEndpointRequestInput }>('/v1/endpoints', async (request, reply) => {
    reply.code(201);
    return service.addEndpoint(request.body);
  });
  app.delete<{ Params: { id: string } }>('/v1/endpoints/:id', async (request, reply) => {
    await service.deleteEndpoint({ id: number(request.params.id, 'id') || -1 });
    return reply.code(204).send();
  });
  app.get<{ Querystring: FlowQuery }>('/v1/flows', ({ query }) => ({
    flows: service.lastFlows({
      last: number(query.last, 'last'),
      filter: {
        from: list(query.from),
        to: list(query.to),
        workload: list(query.workload),
        verdict: list(query.verdict) as ('FORWARDED' | 'DROPPED')[],
      },
    }),
  }));
  app.get<{ Params: { map: string }; Querystring: { limit?: string; filter?: string } }>(
    '/v1/maps/:map',
    async ({ params, query }) => {
      const { rowsJson, truncated } = await service.dumpMap({
        map: params.map,
        limit: number(query.limit, 'limit'),
        filter: query.filter ?? '',
      });
      return { rows: rowsJson.map((row) => JSON.parse(row) as unknown), truncated };
    },
  );
}

/** Serves REST on a unix socket that only root may open. */
export async function serveRest(service: AgentService, path: string): Promise<AsyncDisposable> {
  const app = fastify({ logger: false, bodyLimit: 1 << 20 });
  failures(app);
  openRoutes(app, service);
  socketRoutes(app, service);
  prepareSocket(path);
  await app.listen({ path });
  chmodSync(path, 0o600);
  return {
    [Symbol.asyncDispose]: async () => {
      await app.close();
      rmSync(path, { force: true });
    },
  };
}

/** Serves health and metrics, and nothing else, on host:port. */
export async function serveMetrics(service: AgentService, listen: string): Promise<AsyncDisposable> {
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '');
  const app = fastify({ logger: false });
  failures(app);
  openRoutes(app, service);
  await app.listen({ host, port: Number(listen.slice(colon + 1)) });
  return { [Symbol.asyncDispose]: () => app.close() };
}
