import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOfRequest } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { invalid } from '../failure.js';
import { ApplyResponseDto, PolicyPath } from '../policies/policies.dto.js';
import { gone, options } from '../policies/policies.rest.js';
import { ChangesService } from './changes.service.js';
import { Confirmations } from './confirmations.js';
import { DiffService } from './diff.service.js';
import {
  ChangePath,
  ChangeRollbackQuery,
  DiffDto,
  DiffQuery,
  SuspensionBody,
  SuspensionDto,
} from './life.dto.js';
import { Suspensions } from './suspensions.js';

const revisions = ({ from, to }: DiffQuery) => ({ from: Number(from ?? 0), to: Number(to ?? 0) });

/** REST of a policy's differences. */
@ApiTags('policies')
@Controller('v1/policies/:kind/:scope/:name/diff')
export class DiffRest {
  constructor(private readonly differences: DiffService) {}

  @Role('viewer')
  @Get()
  @ApiOperation({ summary: 'What changed between two forms of a policy, field by field' })
  @ApiOkResponse({ type: DiffDto })
  diff(@Param() path: PolicyPath, @Query() query: DiffQuery) {
    return this.differences.diff({ policy: { ...path }, ...revisions(query), text: '' });
  }

  @Role('viewer')
  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'What a document would change' })
  @ApiConsumes('text/yaml', 'application/json')
  @ApiBody({ schema: { type: 'string' }, description: 'YAML or JSON that holds the policy' })
  @ApiOkResponse({ type: DiffDto })
  diffText(@Param() path: PolicyPath, @Query() query: DiffQuery, @Body() body: unknown) {
    if (typeof body !== 'string' || body.trim() === '')
      throw invalid('the body holds no policy', 'send text/yaml or application/json');
    return this.differences.diff({ policy: { ...path }, ...revisions(query), text: body });
  }
}

/** REST of whole changes. */
@ApiTags('policies')
@Controller('v1/changes/:id')
export class ChangesRest {
  constructor(
    private readonly confirmations: Confirmations,
    private readonly changes: ChangesService,
  ) {}

  @Role('operator')
  @Post('confirm')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lets a change hold that would be taken back at its deadline' })
  @ApiOkResponse({ type: ApplyResponseDto })
  confirm(@Param() { id }: ChangePath, @Req() request: FastifyRequest) {
    return this.confirmations.confirm(id, callerOfRequest(request));
  }

  @Role('operator')
  @Post('rollback')
  @HttpCode(200)
  @ApiOperation({ summary: 'Takes all documents of a change back, as a new change' })
  @ApiOkResponse({ type: ApplyResponseDto })
  rollback(@Param() { id }: ChangePath, @Query() query: ChangeRollbackQuery, @Req() request: FastifyRequest) {
    const detach = query.detach === 'true' || query.detach === '1';
    const change = { change: id, policy: null, to: 0, ifMatch: [], detach, ...options(query) };
    return this.changes.rollback(change, callerOfRequest(request), gone(request));
  }
}

/** REST of suspending all policy. */
@ApiTags('policies')
@Controller('v1/suspension')
export class SuspensionRest {
  constructor(private readonly suspensions: Suspensions) {}

  @Role('admin')
  @Put()
  @ApiOperation({ summary: 'Enforces no policy for a while; it ends by itself' })
  @ApiOkResponse({ type: SuspensionDto })
  suspend(@Body() { seconds, reason }: SuspensionBody, @Req() request: FastifyRequest) {
    return this.suspensions.suspend({ seconds, reason: reason ?? '' }, callerOfRequest(request));
  }

  @Role('admin')
  @Delete()
  @ApiOperation({ summary: 'Enforces policy again, at once' })
  @ApiOkResponse({ type: SuspensionDto })
  resume(@Req() request: FastifyRequest) {
    return this.suspensions.resume(callerOfRequest(request));
  }
}
