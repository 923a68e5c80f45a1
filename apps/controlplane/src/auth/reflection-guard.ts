import { ServerInterceptingCall, ServerListenerBuilder, status, type ServerInterceptor } from '@grpc/grpc-js';
import { Failure } from '../failure.js';
import { callerOf, mayCall } from './caller.js';

const REFLECTION = '/grpc.reflection.';

/**
 * Reflection is no NestJS handler, so the guard does not see it: it wants role viewer, checked before anything is read.
 * Every other call passes to the guard.
 */
export const reflectionGuard: ServerInterceptor = (method, call) => {
  if (!method.path.startsWith(REFLECTION)) return new ServerInterceptingCall(call);
  return new ServerInterceptingCall(call, {
    start: (next) => {
      const listener = new ServerListenerBuilder().withOnReceiveMetadata((metadata, pass) => {
        try {
          const { role } = callerOf(call.getAuthContext().sslPeerCertificate);
          if (mayCall(role, 'viewer')) return pass(metadata);
          call.sendStatus({ code: status.PERMISSION_DENIED, details: `role ${role} may not use reflection` });
        } catch (error) {
          call.sendStatus({
            code: status.UNAUTHENTICATED,
            details: error instanceof Failure ? error.text : 'refused',
          });
        }
      });
      next(listener.build());
    },
  });
};
