import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBooleanString, IsIn, IsNumberString, IsOptional, IsString, MaxLength } from 'class-validator';

/** Query of POST and DELETE. */
export class ChangeQuery {
  @ApiPropertyOptional({ description: 'say what would happen, change nothing', enum: ['true', 'false'] })
  @IsOptional()
  @IsBooleanString()
  dryRun?: string;

  @ApiPropertyOptional({
    description: 'answer only when every living node has the change in its kernel',
    enum: ['realized'],
  })
  @IsOptional()
  @IsIn(['realized'])
  wait?: string;

  @ApiPropertyOptional({ description: 'seconds of that wait; default 30' })
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  timeout?: string;
}

export class ApplyQuery extends ChangeQuery {
  @ApiPropertyOptional({ description: 'name of the file, for messages' })
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  file?: string;

  @ApiPropertyOptional({ description: 'seconds: taken back by itself unless confirmed within them' })
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  confirm?: string;

  @ApiPropertyOptional({
    description: 'conflict if any policy was changed after this revision, which a plan told',
  })
  @IsOptional()
  @IsNumberString({ no_symbols: true })
  planRevision?: string;

  @ApiPropertyOptional({
    description: 'also where a policy map would be more than 80% full',
    enum: ['true', 'false'],
  })
  @IsOptional()
  @IsBooleanString()
  force?: string;
}

export class ListQuery {
  @ApiPropertyOptional({ description: 'only this kind' })
  @IsOptional()
  @IsString()
  kind?: string;

  @ApiPropertyOptional({ description: 'only this namespace, or _cluster' })
  @IsOptional()
  @IsString()
  scope?: string;
}

export class PolicyPath {
  @ApiProperty({ example: 'Policy' })
  @IsString()
  kind!: string;

  @ApiProperty({ description: 'namespace, or _cluster', example: 'default' })
  @IsString()
  scope!: string;

  @ApiProperty({ example: 'web' })
  @IsString()
  name!: string;
}

export class RevisionDto {
  @ApiProperty({ description: "the store's generation" })
  generation!: number;
  @ApiProperty({ description: "etcd's mod_revision" })
  revision!: number;
}

export class PolicyResultDto {
  @ApiProperty({ type: PolicyPath })
  policy!: PolicyPath;
  @ApiProperty({ enum: ['created', 'configured', 'unchanged', 'deleted'] })
  action!: string;
  @ApiProperty()
  revision!: number;
}

export class ProblemDto {
  @ApiProperty({ description: 'document of the text, from 0' })
  document!: number;
  @ApiProperty({ example: '$.spec.ingress[0].toPorts[0].ports[0].port' })
  path!: string;
  @ApiProperty()
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

export class PendingNodeDto {
  @ApiProperty()
  name!: string;
  @ApiPropertyOptional({ type: RevisionDto, description: 'what it enforces; absent: nothing yet' })
  realized?: RevisionDto;
  @ApiProperty({ type: [String], description: 'what it says is wrong there' })
  errors!: string[];
}

export class RealizationDto {
  @ApiProperty()
  realized!: boolean;
  @ApiProperty({ type: [String] })
  realizedNodes!: string[];
  @ApiProperty({ type: [String], description: 'alive, not there yet at the deadline' })
  pendingNodes!: string[];
  @ApiProperty({ type: [String], description: 'without an alive key: not waited for' })
  silentNodes!: string[];
  @ApiProperty({ type: [PendingNodeDto], description: 'why each pending node is not there' })
  pending!: PendingNodeDto[];
}

export class ApplyResponseDto {
  @ApiProperty({ type: [PolicyResultDto] })
  results!: PolicyResultDto[];
  @ApiProperty({ type: RevisionDto })
  revision!: RevisionDto;
  @ApiProperty({ description: 'all documents of one apply share it' })
  change!: string;
  @ApiPropertyOptional({ description: 'RFC 3339: taken back then unless confirmed; empty: it holds' })
  confirmUntil?: string;
  @ApiPropertyOptional({ type: RealizationDto })
  realization?: RealizationDto;
  @ApiPropertyOptional({ type: [ProblemDto] })
  problems?: ProblemDto[];
}

export class PolicyDto {
  @ApiProperty({ type: PolicyPath })
  ref!: PolicyPath;
  @ApiProperty()
  uid!: string;
  @ApiProperty()
  revision!: number;
  @ApiProperty({ description: 'the document as applied', type: Object })
  document!: unknown;
  @ApiProperty()
  author!: string;
  @ApiProperty()
  time!: string;
  @ApiProperty({ enum: ['api', 'directory', 'mirror'] })
  owner!: string;
  @ApiProperty()
  change!: string;
}

export class PolicyListDto {
  @ApiProperty({ type: [PolicyDto] })
  policies!: PolicyDto[];
  @ApiProperty({ type: RevisionDto })
  revision!: RevisionDto;
}
