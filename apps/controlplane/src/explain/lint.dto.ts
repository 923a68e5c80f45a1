import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { NamedPolicyDto } from './explain.dto.js';

export class LintBody {
  @ApiPropertyOptional({ description: 'policies, YAML or JSON; absent: those in the store are looked at' })
  @IsOptional()
  @IsString()
  text?: string;

  @ApiPropertyOptional({ description: 'name of the file, for messages' })
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  file?: string;

  @ApiPropertyOptional({ description: 'also rules without a recorded flow for so many days; 0: not' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(9999)
  unusedDays?: number;
}

export class LintPlaceDto {
  @ApiProperty()
  document!: number;
  @ApiProperty({ example: '$.spec.ingress[0]' })
  path!: string;
  @ApiProperty({ description: '0: the policy is in the store' })
  line!: number;
  @ApiProperty()
  column!: number;
  @ApiProperty()
  message!: string;
  @ApiProperty()
  hint!: string;
  @ApiProperty()
  file!: string;
}
export class LintFindingDto {
  @ApiProperty({ enum: ['error', 'warning', 'info'] })
  level!: string;
  @ApiProperty({ example: 'shadowed-rule' })
  code!: string;
  @ApiPropertyOptional({ type: NamedPolicyDto })
  policy?: NamedPolicyDto | null;
  @ApiProperty({ example: 'ingress[0]' })
  rule!: string;
  @ApiProperty()
  message!: string;
  @ApiProperty()
  hint!: string;
  @ApiProperty({ type: LintPlaceDto })
  at!: LintPlaceDto;
}
export class LintDto {
  @ApiProperty({ type: [LintFindingDto] })
  findings!: LintFindingDto[];
  @ApiProperty({ description: 'RFC 3339; empty: no node keeps recorded flows, or they were not asked for' })
  flowsSince!: string;
  @ApiProperty({ type: [String], description: 'nodes whose recorded flows could not be read' })
  silentNodes!: string[];
}
