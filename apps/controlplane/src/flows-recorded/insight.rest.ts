import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Role } from '../auth/roles.js';
import { gone } from '../policies/policies.rest.js';
import { StagedAudit } from './audit.service.js';
import { AuditDto, AuditQuery, policyOf, SuggestDto, SuggestQuery } from './recorded.dto.js';
import { Suggestions } from './suggest.service.js';

/** REST of what staged policies would have changed. */
@ApiTags('policies')
@Controller('v1/audit')
export class AuditRest {
  constructor(private readonly staged: StagedAudit) {}

  @Role('viewer')
  @Get()
  @ApiOperation({ summary: 'What staged policies would have dropped, and let through' })
  @ApiOkResponse({ type: AuditDto })
  audit(@Query() { policy, since, limit }: AuditQuery, @Req() request: FastifyRequest) {
    const query = { policy: policyOf(policy), since: since ?? '', limit: Number(limit ?? 0) };
    return this.staged.audit(query, gone(request));
  }
}

/** REST of suggested policies. */
@ApiTags('policies')
@Controller('v1/suggest')
export class SuggestRest {
  constructor(private readonly suggestions: Suggestions) {}

  @Role('viewer')
  @Get()
  @ApiOperation({ summary: 'The least policy that what a workload was seen to do needs' })
  @ApiOkResponse({ type: SuggestDto })
  suggest(@Query() { workload, since, dropped }: SuggestQuery, @Req() request: FastifyRequest) {
    return this.suggestions.suggest(
      { workload, since: since ?? '', droppedToo: dropped === 'true' },
      gone(request),
    );
  }
}
