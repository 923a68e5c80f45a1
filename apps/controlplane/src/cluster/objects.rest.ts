import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Put, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOfRequest } from '../auth/peer.js';
import { Role } from '../auth/roles.js';
import { invalid } from '../failure.js';
import { ClusterService } from './cluster.service.js';
import { NodeLabelsBody, ServiceBody, ServicePath, ServiceQuery, type LabelBody } from './objects.dto.js';
import { ObjectsService } from './objects.service.js';

const labels = (given: readonly LabelBody[] = []) =>
  given.map(({ source = '', key, value = '' }) => ({ source, key, value }));

/** REST of node labels and services; the shapes are those of the gRPC messages. */
@ApiTags('cluster')
@Controller('v1')
export class ObjectsRest {
  constructor(
    private readonly objects: ObjectsService,
    private readonly cluster: ClusterService,
  ) {}

  @Role('admin')
  @Patch('nodes/:name/labels')
  @ApiOperation({ summary: 'Changes labels of a node' })
  async labelNode(@Param('name') name: string, @Body() body: NodeLabelsBody, @Req() request: FastifyRequest) {
    const change = { name, set: labels(body.set), remove: body.remove ?? [] };
    return this.cluster.nodeWith(name, await this.objects.labelNode(change, callerOfRequest(request)));
  }

  @Role('viewer')
  @Get('services')
  @ApiOperation({ summary: 'Services that policies may name' })
  services(@Query() { scope = '' }: ServiceQuery) {
    return this.objects.services(scope);
  }

  @Role('operator')
  @Put('services/:scope/:name')
  @ApiOperation({ summary: 'Makes or changes a service' })
  putService(@Param() path: ServicePath, @Body() body: ServiceBody, @Req() request: FastifyRequest) {
    const { selector = {}, backends = [] } = body;
    if (Object.values(selector).some((value) => typeof value !== 'string'))
      throw invalid('selector: every value is text', 'as in app: web');
    const service = { ...path, labels: labels(body.labels), selector, backends, owner: '' };
    return this.objects.putService(service, callerOfRequest(request));
  }

  @Role('operator')
  @Delete('services/:scope/:name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Removes a service' })
  deleteService(@Param() path: ServicePath, @Req() request: FastifyRequest): Promise<void> {
    return this.objects.deleteService({ ...path }, callerOfRequest(request));
  }
}
