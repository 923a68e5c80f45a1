import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { RevisionDto } from '../policies/policies.dto.js';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'ICMP', 'ICMPv6', 'ANY'];
const VERDICTS = ['VERDICT_UNSPECIFIED', 'FORWARDED', 'DROPPED'];
const PARTY = 'scope/name or scope/name@node of a workload, node/NAME, an address, or an entity';

class ConnectionBody {
  @ApiProperty({ description: PARTY, example: 'shop/web' })
  @IsString()
  @MaxLength(8192)
  from!: string;

  @ApiProperty({ description: PARTY, example: 'shop/db' })
  @IsString()
  @MaxLength(8192)
  to!: string;

  @ApiPropertyOptional({ enum: PROTOCOLS, default: 'TCP' })
  @IsOptional()
  @IsIn(PROTOCOLS)
  protocol?: string;

  @ApiProperty({ description: 'ICMP: the type', example: 8443 })
  @IsInt()
  @Min(0)
  @Max(65535)
  port!: number;
}

export class ExplainBody extends ConnectionBody {
  @ApiPropertyOptional({
    description: 'also what the nodes’ kernels hold: the map entries and the connection',
  })
  @IsOptional()
  @IsBoolean()
  kernel?: boolean;
}

export class TraceBody extends ConnectionBody {
  @ApiPropertyOptional({ description: 'policies, YAML or JSON, in place of those in the store' })
  @IsOptional()
  @IsString()
  text?: string;

  @ApiPropertyOptional({ description: 'namespace of labels that do not say it; default `default`' })
  @IsOptional()
  @IsString()
  @MaxLength(63)
  fromNamespace?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(63)
  toNamespace?: string;
}

export class LabelDto {
  @ApiProperty()
  source!: string;
  @ApiProperty()
  key!: string;
  @ApiProperty()
  value!: string;
}
export class PartyDto {
  @ApiProperty()
  identity!: number;
  @ApiProperty({ type: [LabelDto] })
  labels!: LabelDto[];
  @ApiProperty({ type: [String], description: 'scope/name' })
  workloads!: string[];
  @ApiProperty()
  entity!: string;
  @ApiProperty()
  prefix!: string;
  @ApiProperty()
  node!: string;
}
export class NamedPolicyDto {
  @ApiProperty()
  kind!: string;
  @ApiProperty()
  scope!: string;
  @ApiProperty()
  name!: string;
}
export class RuleDto {
  @ApiProperty({ type: NamedPolicyDto })
  policy!: NamedPolicyDto;
  @ApiProperty()
  uid!: string;
  @ApiProperty({ example: 'ingress[0]' })
  rule!: string;
  @ApiProperty()
  revision!: number;
}
export class RuleMatchDto {
  @ApiProperty({ type: RuleDto })
  rule!: RuleDto;
  @ApiProperty({ enum: ['admin', 'normal', 'baseline'] })
  tier!: string;
  @ApiProperty({ enum: ['allow', 'deny', 'pass'] })
  action!: string;
  @ApiProperty({ description: 'what would have to hold; empty where it matched' })
  missing!: string;
  @ApiProperty({ description: 'matched, but never asked' })
  skipped!: boolean;
}
export class ExplainSideDto {
  @ApiProperty({ type: PartyDto })
  subject!: PartyDto;
  @ApiProperty({ type: PartyDto })
  peer!: PartyDto;
  @ApiProperty({ enum: VERDICTS })
  verdict!: string;
  @ApiProperty({ type: [RuleDto], description: 'the decider first' })
  rules!: RuleDto[];
  @ApiProperty({ description: 'where no rule decided' })
  reason!: string;
  @ApiProperty({ type: [NamedPolicyDto] })
  isolating!: NamedPolicyDto[];
  @ApiProperty({ type: [RuleMatchDto], description: 'all that match, in the order of verdicts' })
  matched!: RuleMatchDto[];
  @ApiProperty({ type: [RuleMatchDto], description: 'exactly one requirement fails; closest first, at most 10' })
  nearly!: RuleMatchDto[];
  @ApiProperty({ enum: VERDICTS, description: 'with staged policies; unspecified: none is staged here' })
  staged!: string;
  @ApiProperty({ type: [RuleDto] })
  stagedRules!: RuleDto[];
  @ApiProperty({ description: 'JSON; as the node’s kernel has it' })
  mapEntryJson!: string;
  @ApiProperty({ description: 'JSON' })
  connectionJson!: string;
} // prettier-ignore
export class ExplainDto {
  @ApiProperty({ enum: VERDICTS })
  verdict!: string;
  @ApiPropertyOptional({ type: ExplainSideDto, description: 'absent: nobody’s policy is asked there' })
  egress?: ExplainSideDto | null;
  @ApiPropertyOptional({ type: ExplainSideDto })
  ingress?: ExplainSideDto | null;
  @ApiProperty({ type: RevisionDto })
  revision!: RevisionDto;
  @ApiProperty({ type: [String] })
  notes!: string[];
}
