import { SetMetadata } from '@nestjs/common';
import type { Role as RoleName } from '@sluice/api';
import type { Required } from './caller.js';

export const ROLE_KEY = 'sluice:role';

export interface Demand {
  readonly required: Required;
  readonly also: readonly RoleName[];
}

/** The least role that may call this handler, and others beside it. A handler without it is refused to everybody. */
export const Role = (required: Required, ...also: readonly RoleName[]) =>
  SetMetadata<string, Demand>(ROLE_KEY, { required, also });
