import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Role } from '../auth/roles.js';
import { Metrics } from '../metrics/metrics.js';
import { OPENAPI } from '../tokens.js';
import { Readiness } from './readiness.js';

/** The document is made after all modules are there. */
export interface OpenApiHolder {
  document: object;
}

@ApiTags('operation')
@Controller()
export class HealthRest {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
    @Inject(OPENAPI) private readonly openApi: OpenApiHolder,
  ) {}

  @Role('any')
  @Get('healthz')
  @ApiOperation({ summary: 'The process lives' })
  healthz() {
    return { status: 'ok' };
  }

  @Role('any')
  @Get('readyz')
  @ApiOperation({
    summary: 'The process can serve: the store answers and was read; 503 with reasons otherwise',
  })
  readyz(@Res({ passthrough: true }) reply: FastifyReply) {
    const reasons = this.readiness.reasons();
    void reply.status(reasons.length === 0 ? 200 : 503);
    return { status: reasons.length === 0 ? 'ready' : 'not ready', reasons };
  }

  @Role('viewer')
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Prometheus metrics' })
  scrape(): Promise<string> {
    return this.metrics.render();
  }

  @Role('viewer')
  @Get('openapi.json')
  @ApiExcludeEndpoint()
  openapi(): object {
    return this.openApi.document;
  }
}
