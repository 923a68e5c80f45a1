import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';

export class LabelBody {
  @ApiPropertyOptional({ description: 'k8s, container, host or user; user when absent' })
  @IsOptional()
  @IsString()
  source?: string;

  @ApiProperty()
  @IsString()
  @MaxLength(512)
  key!: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  value?: string;
}

export class NodeLabelsBody {
  @ApiPropertyOptional({ type: [LabelBody] })
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => LabelBody)
  @ArrayMaxSize(256)
  set?: LabelBody[];

  @ApiPropertyOptional({ type: [String], description: 'keys' })
  @IsOptional()
  @IsString({ each: true })
  @ArrayMaxSize(256)
  remove?: string[];
}

export class ServicePath {
  @IsString()
  scope!: string;

  @IsString()
  name!: string;
}

export class ServiceQuery {
  @ApiPropertyOptional({ description: 'only of this scope' })
  @IsOptional()
  @IsString()
  scope?: string;
}

export class ServiceBody {
  @ApiPropertyOptional({ type: [LabelBody] })
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => LabelBody)
  @ArrayMaxSize(256)
  labels?: LabelBody[];

  @ApiPropertyOptional({ type: Object, description: 'labels of its workloads, in its scope' })
  @IsOptional()
  @IsObject()
  selector?: Record<string, string>;

  @ApiPropertyOptional({ type: [String], description: 'addresses; only without a selector' })
  @IsOptional()
  @IsString({ each: true })
  @ArrayMaxSize(1024)
  backends?: string[];
}
