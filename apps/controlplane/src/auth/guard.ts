import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuditLog } from '../audit/audit.js';
import { Failure, forbidden } from '../failure.js';
import { Metrics } from '../metrics/metrics.js';
import { mayCall } from './caller.js';
import { accessOf, type Access } from './peer.js';
import { ROLE_KEY, type Demand } from './roles.js';

/** Judges every call, REST and gRPC: a handler must name a role, and the certificate must have it. Refusals are audited. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly audit: AuditLog,
    private readonly metrics: Metrics,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const demand = this.reflector.get<Demand | undefined>(ROLE_KEY, context.getHandler());
    const access = accessOf(context);
    try {
      return judge(access, demand);
    } catch (error) {
      this.record(access, error);
      throw error;
    }
  }

  private record(access: Access, error: unknown): void {
    let user = '';
    try {
      user = access.caller().name;
    } catch {
      // No caller to name: that is why it was refused.
    }
    const reason = error instanceof Failure ? error.message : String(error);
    this.metrics.refusals.inc({ protocol: access.protocol });
    this.audit.write({
      event: 'refused',
      user,
      what: access.what,
      from: access.from,
      protocol: access.protocol,
      reason,
    });
  }
}

function judge(access: Access, demand: Demand | undefined): true {
  const caller = access.caller();
  if (demand === undefined) throw forbidden(`${access.what} is open to nobody`, 'its handler names no role');
  if (mayCall(caller.role, demand.required, demand.also)) return true;
  throw forbidden(
    `${caller.name} has role ${caller.role}, ${access.what} wants ${demand.required}`,
    'use a context with that role',
  );
}
