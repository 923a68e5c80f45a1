import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsInt, IsOptional, IsUUID, Min } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { callerOfRequest } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { StoreAcceptance } from './acceptance.js';

export class AcceptBody {
  @ApiPropertyOptional({ description: 'the cluster that nodes know; absent: as the store says' })
  @IsOptional()
  @IsUUID()
  uuid?: string;

  @ApiPropertyOptional({ description: 'the highest generation that nodes know' })
  @IsOptional()
  @IsInt()
  @Min(0)
  generation?: number;
}

/** REST of a store that was restored or made anew. */
@ApiTags('cluster')
@Controller('v1/store')
export class AcceptanceRest {
  constructor(private readonly acceptance: StoreAcceptance) {}

  @Role('viewer')
  @Get('known')
  @ApiOperation({ summary: 'Which store the agents at this replica know, and which of them are frozen' })
  known() {
    return this.acceptance.known();
  }

  @Role('admin')
  @Post('accept')
  @HttpCode(200)
  @ApiOperation({ summary: 'Says that the store is meant as it is; frozen nodes then follow it' })
  accept(@Body() { uuid = '', generation = 0 }: AcceptBody, @Req() request: FastifyRequest) {
    return this.acceptance.accept({ uuid, generation }, callerOfRequest(request));
  }
}
