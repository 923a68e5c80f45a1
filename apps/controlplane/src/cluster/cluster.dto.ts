import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

export class NodeQuery {
  @ApiPropertyOptional({ description: 'only of this node' })
  @IsOptional()
  @IsString()
  @MaxLength(253)
  node?: string;
}

export class PoolBody {
  @ApiProperty({ description: 'of one family', example: '198.18.64.0/18' })
  @IsString()
  @MaxLength(64)
  prefix!: string;

  @ApiProperty({ description: "length of a node's prefix", example: 24 })
  @IsInt()
  @Min(1)
  @Max(126)
  nodePrefixLength!: number;
}

export class SettingsBody {
  @ApiPropertyOptional({
    enum: ['always', 'default', 'never'],
    description: 'what happens to a workload that no policy selects',
  })
  @IsOptional()
  @IsIn(['always', 'default', 'never'])
  mode?: string;

  @ApiPropertyOptional({ enum: ['auto', 'always', 'policy'] })
  @IsOptional()
  @IsIn(['auto', 'always', 'policy'])
  allowLocalHost?: string;

  @ApiPropertyOptional({ enum: ['tunnel', 'native'] })
  @IsOptional()
  @IsIn(['tunnel', 'native'])
  routing?: string;

  @ApiPropertyOptional({ description: 'UDP port of the overlay' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(65_535)
  tunnelPort?: number;

  @ApiPropertyOptional({
    type: [String],
    description: 'addresses of the entity kube-apiserver, beside the backends of default/kubernetes',
  })
  @IsOptional()
  @IsString({ each: true })
  @ArrayMaxSize(64)
  kubeApiserver?: string[];
}
