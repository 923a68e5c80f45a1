import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOfRequest } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { NodeQuery, PoolBody, SettingsBody } from './cluster.dto.js';
import { ClusterService } from './cluster.service.js';
import { NodeRemoval } from './node-removal.js';

/** REST of what the cluster is made of; the shapes are those of the gRPC messages. */
@ApiTags('cluster')
@Controller('v1')
export class ClusterRest {
  constructor(
    private readonly cluster: ClusterService,
    private readonly removal: NodeRemoval,
  ) {}

  @Role('viewer')
  @Get('identities')
  @ApiOperation({ summary: 'Identities with their labels' })
  identities() {
    return this.cluster.identities();
  }

  @Role('viewer')
  @Get('endpoints')
  @ApiOperation({ summary: 'Endpoints of all nodes or one' })
  endpoints(@Query() query: NodeQuery) {
    return this.cluster.endpoints(query.node ?? '');
  }

  @Role('viewer')
  @Get('nodes')
  @ApiOperation({ summary: 'Nodes, whether they live and what they have realized' })
  nodes(@Query() query: NodeQuery) {
    return this.cluster.nodes(query.node ?? '');
  }

  @Role('admin')
  @Delete('nodes/:name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Removes a node whose agent is dead' })
  async deleteNode(@Param('name') name: string, @Req() request: FastifyRequest): Promise<void> {
    await this.removal.remove(name, callerOfRequest(request));
  }

  @Role('viewer')
  @Get('pools')
  @ApiOperation({ summary: 'Address pools and how much of them is given out' })
  pools() {
    return this.cluster.pools();
  }

  @Role('admin')
  @Put('pools/:name')
  @ApiOperation({ summary: 'Makes a pool' })
  putPool(@Param('name') name: string, @Body() body: PoolBody, @Req() request: FastifyRequest) {
    return this.cluster.putPool({ name, ...body, used: 0, capacity: 0 }, callerOfRequest(request));
  }

  @Role('viewer')
  @Get('settings')
  @ApiOperation({ summary: 'Cluster-wide settings' })
  settings() {
    return this.cluster.settings();
  }

  @Role('admin')
  @Put('settings')
  @ApiOperation({ summary: 'Changes settings; what is not named stays' })
  putSettings(@Body() body: SettingsBody, @Req() request: FastifyRequest) {
    const { mode = '', allowLocalHost = '', routing = '', tunnelPort = 0, kubeApiserver } = body;
    const wanted = { mode, allowLocalHost, routing, tunnelPort };
    const addresses = kubeApiserver === undefined ? null : { values: kubeApiserver };
    return this.cluster.putSettings({ ...wanted, kubeApiserver: addresses }, callerOfRequest(request));
  }

  @Role('viewer')
  @Get('status')
  @ApiOperation({ summary: 'What is wrong and what to do; answers also while the store is out of reach' })
  status() {
    return this.cluster.status();
  }
}
