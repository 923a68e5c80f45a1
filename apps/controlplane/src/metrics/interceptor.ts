import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import { accessOf } from '../auth/peer.js';
import { failureOf } from '../http/failure-filter.js';
import { Metrics } from './metrics.js';

/** Times each call that passed the guard. */
@Injectable()
export class MetricsInterceptor implements NestInterceptor {
  constructor(private readonly metrics: Metrics) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { protocol, what } = accessOf(context);
    const started = performance.now();
    const done = (code: string) =>
      this.metrics.calls.observe({ protocol, call: what, code }, (performance.now() - started) / 1000);
    return next
      .handle()
      .pipe(tap({ complete: () => done('OK'), error: (error: unknown) => done(failureOf(error).code) }));
  }
}
