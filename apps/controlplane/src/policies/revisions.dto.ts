import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBooleanString, IsNumberString, IsOptional } from 'class-validator';
import { ChangeQuery, PolicyDto, RevisionDto } from './policies.dto.js';

export class RollbackQuery extends ChangeQuery {
  @ApiProperty({ description: 'revision of the form to go back to' })
  @IsNumberString({ no_symbols: true })
  to!: string;

  @ApiPropertyOptional({
    description: 'take the policy over from the mirror or directory that owns it',
    enum: ['true', 'false'],
  })
  @IsOptional()
  @IsBooleanString()
  detach?: string;
}

export class PolicyFormDto {
  @ApiProperty({ type: PolicyDto })
  policy!: PolicyDto;
  @ApiPropertyOptional({ enum: ['replaced', 'deleted'], description: 'absent while it is live' })
  ended?: string;
  @ApiPropertyOptional()
  endedBy?: string;
  @ApiPropertyOptional({ description: 'RFC 3339' })
  endedAt?: string;
  @ApiPropertyOptional()
  endedRevision?: number;
  @ApiPropertyOptional({ description: 'empty where it was not kept' })
  endedChange?: string;
}

export class HistoryDto {
  @ApiProperty({ type: [PolicyFormDto], description: 'newest first' })
  forms!: PolicyFormDto[];
  @ApiProperty({ type: RevisionDto })
  revision!: RevisionDto;
}
