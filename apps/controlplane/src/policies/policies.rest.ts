import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ExpectationInput, PolicyInput } from '@sluice/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Role } from '../auth/roles.js';
import { callerOfRequest } from '../auth/peer.js';
import { Failure, invalid } from '../failure.js';
import { StoreGate } from '../store/gate.js';
import {
  ApplyQuery,
  ApplyResponseDto,
  ChangeQuery,
  ListQuery,
  PolicyDto,
  PolicyListDto,
  PolicyPath,
} from './policies.dto.js';
import { parsePolicies } from './parse.js';
import { PLAIN_APPLY, PoliciesService } from './policies.service.js';

/** The header, for OpenAPI. */
export const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description: 'ETag of the form that the caller means',
};

/** REST of policies; the same service as gRPC's. */
@ApiTags('policies')
@Controller('v1/policies')
export class PoliciesRest {
  constructor(
    private readonly policies: PoliciesService,
    private readonly gate: StoreGate,
  ) {}

  @Role('operator')
  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Applies all documents of the body, or none' })
  @ApiConsumes('text/yaml', 'application/json')
  @ApiBody({ schema: { type: 'string' }, description: 'YAML or JSON, one document or many' })
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ type: ApplyResponseDto })
  async apply(
    @Body() body: unknown,
    @Query() query: ApplyQuery,
    @Headers('if-match') tag: string | undefined,
    @Req() request: FastifyRequest,
  ) {
    if (typeof body !== 'string' || body.trim() === '')
      throw invalid('the body holds no policy', 'send text/yaml or application/json');
    const file = query.file ?? '';
    const ifMatch = tag === undefined ? [] : await this.expectOne(body, tag);
    const confirmSeconds = Number(query.confirm ?? 0);
    const planRevision = Number(query.planRevision ?? 0);
    const force = query.force === 'true';
    const how = { ...PLAIN_APPLY, confirmSeconds, planRevision, force, ...options(query) };
    const change = { ...how, text: body, file, ifMatch: ifMatch.map(full) };
    return conflicts(tag, () => this.policies.apply(change, callerOfRequest(request), gone(request)));
  }

  @Role('viewer')
  @Get()
  @ApiOperation({ summary: 'Lists policies' })
  @ApiOkResponse({ type: PolicyListDto })
  async list(@Query() query: ListQuery) {
    const { policies, revision } = await this.policies.list(query.kind ?? '', query.scope ?? '');
    return { policies: policies.map(readable), revision };
  }

  @Role('viewer')
  @Get(':kind/:scope/:name')
  @ApiOperation({ summary: 'One policy; its ETag is for If-Match' })
  @ApiOkResponse({ type: PolicyDto })
  async get(@Param() path: PolicyPath, @Res({ passthrough: true }) reply: FastifyReply) {
    const { generation, ...policy } = await this.policies.get({ ...path });
    void reply.header('etag', `"${generation}.${Number(policy.revision)}"`);
    return readable(policy);
  }

  @Role('operator')
  @Delete(':kind/:scope/:name')
  @ApiOperation({ summary: 'Deletes a policy' })
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ type: ApplyResponseDto })
  async delete(
    @Param() path: PolicyPath,
    @Query() query: ChangeQuery,
    @Headers('if-match') tag: string | undefined,
    @Req() request: FastifyRequest,
  ) {
    const policy = { ...path };
    const ifMatch = tag === undefined ? [] : [{ policy, revision: await revisionOf(this.gate, tag) }];
    const change = { policies: [policy], ifMatch, ...options(query) };
    return conflicts(tag, () => this.policies.delete(change, callerOfRequest(request), gone(request)));
  }

  /** If-Match speaks of one policy, so the body must hold exactly one. */
  private async expectOne(text: string, tag: string): Promise<ExpectationInput[]> {
    const { policies, problems } = parsePolicies(text, '');
    const [only] = policies;
    if (problems.length > 0) return [];
    if (only === undefined || policies.length !== 1) throw invalid('If-Match goes with exactly one document');
    return [{ policy: { ...only.ref }, revision: await revisionOf(this.gate, tag) }];
  }
}

/** The revision that an ETag names. An ETag of another generation names a form that this store has never had. */
export async function revisionOf(gate: StoreGate, tag: string): Promise<number> {
  const [, generation, revision] = /^"(\d+)\.(\d+)"$/.exec(tag.trim()) ?? [];
  if (generation === undefined || revision === undefined) {
    throw invalid(`If-Match ${tag} is no ETag of a policy`, 'it looks like "<generation>.<revision>"');
  }
  const { value } = await gate.cluster();
  if (value.generation === Number(generation)) return Number(revision);
  throw new Failure(
    'FAILED_PRECONDITION',
    `the store is at generation ${value.generation}, not ${generation}`,
    'read the policy again',
  );
}

const full = ({ policy, revision }: ExpectationInput) => ({
  policy: policy ? { kind: '', scope: '', name: '', ...policy } : null,
  revision: Number(revision ?? 0),
});

/** What the query says about how a change is made. */
export const options = (query: ChangeQuery) => ({
  dryRun: query.dryRun === 'true' || query.dryRun === '1',
  waitRealized: query.wait === 'realized',
  timeoutSeconds: Number(query.timeout ?? 0),
});

/** HTTP clients get the document itself, not JSON within JSON. */
export function readable({ documentJson, ...policy }: PolicyInput) {
  return { ...policy, document: JSON.parse(documentJson ?? 'null') as unknown };
}

/** A failed If-Match is 412 in HTTP, any other conflict 409. */
export async function conflicts<T>(tag: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (tag === undefined || !(error instanceof Failure) || error.code !== 'ABORTED') throw error;
    throw new Failure('FAILED_PRECONDITION', error.message, error.hint, error.problems);
  }
}

/** Aborted when the client closes the connection before it has its answer. */
export function gone(request: FastifyRequest): AbortSignal {
  const controller = new AbortController();
  request.raw.socket.once('close', () => controller.abort());
  return controller.signal;
}
