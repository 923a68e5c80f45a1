import { SetMetadata } from '@nestjs/common';
import type { Required } from './caller.js';

export const ROLE_KEY = 'sluice:role';

/** The least role that may call this handler. A handler without it is refused to everybody. */
export const Role = (required: Required) => SetMetadata(ROLE_KEY, required);
