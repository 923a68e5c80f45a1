import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Role } from '../auth/roles.js';
import { gone } from '../policies/policies.rest.js';
import { ExplainBody, ExplainDto, TraceBody } from './explain.dto.js';
import { ExplainService } from './explain.service.js';
import { LintBody, LintDto } from './lint.dto.js';
import { LintService } from './lint.service.js';

/** REST of explanations and lint. */
@ApiTags('policies')
@Controller('v1')
export class ExplainRest {
  constructor(
    private readonly explanations: ExplainService,
    private readonly lints: LintService,
  ) {}

  @Role('viewer')
  @Post('explain')
  @HttpCode(200)
  @ApiOperation({ summary: 'Why one may or may not talk to the other' })
  @ApiOkResponse({ type: ExplainDto })
  explain(@Body() body: ExplainBody, @Req() request: FastifyRequest) {
    const { from, to, port, protocol = 'TCP', kernel = false } = body;
    return this.explanations.explain({ from, to, port, protocol, kernel }, gone(request));
  }

  @Role('viewer')
  @Post('trace')
  @HttpCode(200)
  @ApiOperation({ summary: 'The same for parties that need not exist, or by other policies' })
  @ApiOkResponse({ type: ExplainDto })
  trace(@Body() body: TraceBody, @Req() request: FastifyRequest) {
    const { from, to, port, protocol = 'TCP', text = '', fromNamespace = '', toNamespace = '' } = body;
    const question = { from, to, port, protocol, text, fromNamespace, toNamespace };
    return this.explanations.trace(question, gone(request));
  }

  @Role('viewer')
  @Post('lint')
  @HttpCode(200)
  @ApiOperation({ summary: 'What is odd about policies, and what they mean that is not there' })
  @ApiOkResponse({ type: LintDto })
  lint(@Body() { text = '', file = '', unusedDays = 0 }: LintBody, @Req() request: FastifyRequest) {
    return this.lints.lint({ text, file, unusedDays }, gone(request));
  }
}
