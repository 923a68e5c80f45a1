import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import type { FlowFilter, ObserveRequest } from '@sluice/api';
import { IsBooleanString, IsNumberString, IsOptional, IsString } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Role } from '../auth/roles.js';
import { Peers } from './peers.js';
import { FlowRelay } from './relay.js';
import { linesSink } from './sinks.js';

/** Several values of one field are separated by commas. */
export class FlowsQuery {
  @ApiPropertyOptional({ enum: ['true', 'false'] })
  @IsOptional()
  @IsBooleanString()
  follow?: string;

  @ApiPropertyOptional({ description: 'at most so many from each node first; default 20' })
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  last?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  node?: string;

  @ApiPropertyOptional({ description: 'scope/name or name, either side' })
  @IsOptional()
  @IsString()
  workload?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  from?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  to?: string;

  @ApiPropertyOptional({ enum: ['FORWARDED', 'DROPPED'] })
  @IsOptional()
  @IsString()
  verdict?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  policy?: string;

  @ApiPropertyOptional({
    description: 'only where staged policies would decide otherwise',
    enum: ['true', 'false'],
  })
  @IsOptional()
  @IsBooleanString()
  staged?: string;
}

const list = (value: string | undefined) => (value === undefined || value === '' ? [] : value.split(','));

export function toObserve(query: FlowsQuery): ObserveRequest {
  const filter: FlowFilter = {
    node: list(query.node),
    workload: list(query.workload),
    from: list(query.from),
    to: list(query.to),
    verdict: list(query.verdict) as FlowFilter['verdict'],
    protocol: [],
    port: [],
    policy: list(query.policy),
    identity: [],
    stagedOnly: query.staged === 'true',
  };
  return { filter, follow: query.follow === 'true', last: Number(query.last ?? 20) };
}

/** REST of flows: JSON lines. */
@ApiTags('flows')
@Controller('v1/flows')
export class FlowsRest {
  constructor(
    private readonly relay: FlowRelay,
    private readonly peers: Peers,
  ) {}

  @Role('viewer')
  @Get()
  @ApiOperation({ summary: 'Flows, one JSON object a line' })
  @ApiProduces('application/x-ndjson')
  async observe(
    @Query() query: FlowsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const controller = new AbortController();
    request.raw.socket.once('close', () => controller.abort());
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
    reply.raw.flushHeaders();
    await this.relay.observe(
      toObserve(query),
      linesSink(reply.raw, controller.signal),
      controller.signal,
      this.peers,
    );
    reply.raw.end();
  }
}
