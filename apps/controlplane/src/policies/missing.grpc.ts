import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { Role } from '../auth/roles.js';
import { Failure } from '../failure.js';

const missing = (call: string): never => {
  throw new Failure('UNIMPLEMENTED', `${call} is not in this version`);
};

/** Calls of the contract that this version refuses. */
@Controller()
export class MissingGrpc {
  @Role('viewer')
  @GrpcMethod('Policies', 'Plan')
  plan(): never {
    return missing('Policies.Plan');
  }
}
