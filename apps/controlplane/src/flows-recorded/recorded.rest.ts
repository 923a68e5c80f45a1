import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Role } from '../auth/roles.js';
import { gone } from '../policies/policies.rest.js';
import { policyOf, RecordedDto, RecordedQueryDto } from './recorded.dto.js';
import { RecordedFlows } from './recorded.service.js';

/** REST of the flows that nodes keep on disk. */
@ApiTags('flows')
@Controller('v1/flows/recorded')
export class RecordedRest {
  constructor(private readonly recorded: RecordedFlows) {}

  @Role('viewer')
  @Get()
  @ApiOperation({ summary: 'Flows of the last days, counted: who talked to whom, and what decided' })
  @ApiOkResponse({ type: RecordedDto })
  list(@Query() { since, staged, policy, limit }: RecordedQueryDto, @Req() request: FastifyRequest) {
    const query = {
      since: since ?? '',
      stagedOnly: staged === 'true',
      policy: policyOf(policy),
      limit: Number(limit ?? 0),
    };
    return this.recorded.recorded(query, gone(request));
  }
}
