import { Body, Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsNumberString, IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import type { PolicyRef } from '@sluice/policy';
import { Role } from '../auth/roles.js';
import { invalid } from '../failure.js';
import { gone } from '../policies/policies.rest.js';
import { PlanService } from './plan.service.js';

export class PlanQuery {
  @ApiPropertyOptional({ description: 'name of the file, for messages' })
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  file?: string;

  @ApiPropertyOptional({
    description: 'KIND/SCOPE/NAME of policies that are to be deleted, with commas between',
  })
  @IsOptional()
  @IsString()
  @MaxLength(65_536)
  delete?: string;

  @ApiPropertyOptional({ description: 'rows, at most 10000' })
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  limit?: string;
}

function refOf(text: string): PolicyRef {
  const [kind = '', scope = '', name = '', ...rest] = text.split('/');
  if (kind === '' || scope === '' || name === '' || rest.length > 0)
    throw invalid(`delete: ${text} names no policy`, 'KIND/SCOPE/NAME');
  return { kind, scope, name };
}

/** REST of plans. */
@ApiTags('policies')
@Controller('v1/policies/plan')
export class PlanRest {
  constructor(private readonly plans: PlanService) {}

  @Role('viewer')
  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'What applying documents, or deleting policies, would change; nothing is changed',
  })
  @ApiConsumes('text/yaml', 'application/json')
  @ApiBody({ schema: { type: 'string' }, description: 'YAML or JSON, one document or many; may be empty' })
  plan(@Body() body: unknown, @Query() query: PlanQuery, @Req() request: FastifyRequest) {
    const wanted = {
      text: typeof body === 'string' ? body : '',
      file: query.file ?? '',
      delete: (query.delete ?? '')
        .split(',')
        .filter((text) => text !== '')
        .map(refOf),
      limit: Number(query.limit ?? 0),
    };
    return this.plans.plan(wanted, gone(request));
  }
}
