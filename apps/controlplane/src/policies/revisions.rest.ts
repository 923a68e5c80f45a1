import { Controller, Get, Headers, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOfRequest } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { StoreGate } from '../store/gate.js';
import { ApplyResponseDto, PolicyPath } from './policies.dto.js';
import { conflicts, gone, IF_MATCH, options, readable, revisionOf } from './policies.rest.js';
import { HistoryDto, RollbackQuery } from './revisions.dto.js';
import { RevisionsService } from './revisions.service.js';

/** REST of the forms of a policy that are kept. */
@ApiTags('policies')
@Controller('v1/policies/:kind/:scope/:name')
export class RevisionsRest {
  constructor(
    private readonly revisions: RevisionsService,
    private readonly gate: StoreGate,
  ) {}

  @Role('viewer')
  @Get('history')
  @ApiOperation({ summary: 'The forms of a policy that are kept, newest first' })
  @ApiOkResponse({ type: HistoryDto })
  async history(@Param() path: PolicyPath) {
    const { forms, revision } = await this.revisions.history({ ...path });
    const views = forms?.map(({ policy, ...form }) => ({ policy: readable(policy ?? {}), ...form }));
    return { forms: views, revision };
  }

  @Role('operator')
  @Post('rollback')
  @HttpCode(200)
  @ApiOperation({ summary: 'Applies a kept form once more, as a new change' })
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ type: ApplyResponseDto })
  async rollback(
    @Param() path: PolicyPath,
    @Query() query: RollbackQuery,
    @Headers('if-match') tag: string | undefined,
    @Req() request: FastifyRequest,
  ) {
    const policy = { ...path };
    const ifMatch = tag === undefined ? [] : [{ policy, revision: await revisionOf(this.gate, tag) }];
    const detach = query.detach === 'true' || query.detach === '1';
    const change = { change: '', policy, to: Number(query.to), ifMatch, detach, ...options(query) };
    return conflicts(tag, () => this.revisions.rollback(change, callerOfRequest(request), gone(request)));
  }
}
