import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsBooleanString,
  IsInt,
  IsNumberString,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { ChangeQuery } from '../policies/policies.dto.js';

export class DiffQuery {
  @ApiPropertyOptional({
    description: 'revision; default: the form before `to`, or the live one before a document',
  })
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  from?: string;

  @ApiPropertyOptional({ description: 'revision; default: the live form' })
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  to?: string;
}

export class FieldDifferenceDto {
  @ApiProperty({ example: '$.spec.ingress[0].toPorts[0].ports[0].port' })
  path!: string;
  @ApiProperty({ description: 'JSON; empty: the field was absent' })
  before!: string;
  @ApiProperty({ description: 'JSON; empty: the field is absent' })
  after!: string;
}

export class DiffDto {
  @ApiProperty({ description: 'what the left side is: a revision, or `absent`' })
  from!: string;
  @ApiProperty()
  to!: string;
  @ApiProperty({ type: [FieldDifferenceDto] })
  fields!: FieldDifferenceDto[];
}

export class ChangePath {
  @ApiProperty({ description: 'as apply and history tell it' })
  @IsString()
  @MaxLength(64)
  id!: string;
}

export class ChangeRollbackQuery extends ChangeQuery {
  @ApiPropertyOptional({
    description: 'take the policies over from the mirror or directory that owns them',
    enum: ['true', 'false'],
  })
  @IsOptional()
  @IsBooleanString()
  detach?: string;
}

export class SuspensionBody {
  @ApiProperty({ description: 'how long from now', example: 600 })
  @IsInt()
  @Min(1)
  @Max(86_400)
  seconds!: number;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(500)
  reason?: string;
}

export class SuspensionDto {
  @ApiProperty({ description: 'RFC 3339; empty: policy is enforced' })
  until!: string;
  @ApiProperty()
  by!: string;
  @ApiProperty()
  reason!: string;
}
