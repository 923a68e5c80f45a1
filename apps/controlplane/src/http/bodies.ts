import type { FastifyInstance } from 'fastify';

/** Where policies are sent, with or without a query. */
const POLICIES = /^\/v1\/policies(\/plan|\/[^/]+\/[^/]+\/[^/]+\/diff)?(\?|$)/;
const TEXT = ['text/yaml', 'application/yaml', 'application/x-yaml', 'text/x-yaml', 'text/plain'];

/** Policies come as they are, YAML or JSON, so that mistakes are told with their line; all else is JSON. */
export function registerBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(TEXT, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  const json = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (POLICIES.test(request.url)) done(null, body);
    else void json(request, body as string, done);
  });
}
