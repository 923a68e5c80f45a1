import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { PolicyRef } from '@sluice/policy';
import { IsBooleanString, IsNumberString, IsOptional, IsString, MaxLength } from 'class-validator';
import { invalid } from '../failure.js';

/** KIND/SCOPE/NAME, or KIND/NAME of a cluster-wide kind; null where there is none. Throws INVALID_ARGUMENT. */
export function policyOf(text: string | undefined): PolicyRef | null {
  if (text === undefined || text === '') return null;
  const parts = text.split('/');
  const [kind = '', second = '', third] = parts;
  if (parts.length > 3 || parts.length < 2 || parts.includes(''))
    throw invalid(`policy ${JSON.stringify(text)} is not of the form KIND/SCOPE/NAME`);
  return third === undefined
    ? { kind, scope: '_cluster', name: second }
    : { kind, scope: second, name: third };
}

export class SinceQuery {
  @ApiPropertyOptional({ description: 'RFC 3339; default: all that is kept' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  since?: string;
}

export class AuditQuery extends SinceQuery {
  @ApiPropertyOptional({ description: 'KIND/SCOPE/NAME; default: every staged policy' })
  @IsOptional()
  @IsString()
  @MaxLength(600)
  policy?: string;

  @ApiPropertyOptional({ description: 'rows; default 10000, at most 100000' })
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  limit?: string;
}

export class RecordedQueryDto extends AuditQuery {
  @ApiPropertyOptional({
    description: 'only where staged policies would decide otherwise',
    enum: ['true', 'false'],
  })
  @IsOptional()
  @IsBooleanString()
  staged?: string;
}

export class SuggestQuery extends SinceQuery {
  @ApiProperty({ description: 'scope/name' })
  @IsString()
  @MaxLength(600)
  workload!: string;

  @ApiPropertyOptional({ description: 'also let through what was dropped', enum: ['true', 'false'] })
  @IsOptional()
  @IsBooleanString()
  dropped?: string;
}

/** Messages as in the gRPC contract. */
const rows = {
  type: 'array',
  items: { type: 'object' },
  description: 'RecordedFlow of the gRPC contract',
} as const;

export class RecordedDto {
  @ApiProperty(rows)
  flows!: object[];
  @ApiProperty({ description: 'from then on every node that answered has its rows; empty: none answered' })
  since!: string;
  @ApiProperty({ description: 'whose ring begins then' })
  youngestNode!: string;
  @ApiProperty({ type: [String], description: 'known nodes that did not answer' })
  silentNodes!: string[];
  @ApiProperty()
  truncated!: boolean;
}

export class AuditDto {
  @ApiProperty(rows)
  flows!: object[];
  @ApiProperty()
  flowsSince!: string;
  @ApiProperty()
  youngestNode!: string;
  @ApiProperty({ type: [String] })
  silentNodes!: string[];
  @ApiProperty()
  truncated!: boolean;
}

export class SuggestDto {
  @ApiProperty({ description: 'a native Policy as YAML' })
  text!: string;
  @ApiProperty()
  flowsSince!: string;
  @ApiProperty()
  youngestNode!: string;
  @ApiProperty({ type: [String] })
  silentNodes!: string[];
  @ApiProperty({ type: [String] })
  notes!: string[];
}
