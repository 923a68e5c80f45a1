import type { StatusName } from '@sluice/api';
import { StoreError, type StoreErrorCode } from '@sluice/store';
import { Failure } from '../failure.js';

const REPEAT = 'then repeat the call: a change that was made is found unchanged';
const REACH = `check that etcd runs and that this replica reaches it, ${REPEAT}`;

/** What each failure of the store is for the caller, and what can be done. */
const MEANING: Readonly<Partial<Record<StoreErrorCode, readonly [StatusName, string, string]>>> = {
  unavailable: ['UNAVAILABLE', 'the store (etcd) is out of reach', REACH],
  deadline: ['UNAVAILABLE', 'the store (etcd) did not answer in time', REACH],
  closed: ['UNAVAILABLE', 'this replica is stopping', 'use another replica'],
  compacted: ['UNAVAILABLE', 'the store was compacted during the call', 'repeat the call'],
  tls: [
    'UNAVAILABLE',
    'the store (etcd) refuses the TLS handshake',
    "check this replica's etcd certificate and authority",
  ],
  permission: [
    'FAILED_PRECONDITION',
    "this replica's etcd user lacks a right",
    'run `sluice init` again: it grants them',
  ],
  'no-space': [
    'UNAVAILABLE',
    'etcd is out of space and takes no writes',
    'compact and defragment it, then disarm its alarm',
  ],
  'too-large': [
    'RESOURCE_EXHAUSTED',
    'the change is too large for one transaction',
    'apply fewer documents at once',
  ],
  conflict: ['ABORTED', 'others changed the same keys at the same moment', 'repeat the call'],
  rewound: ['FAILED_PRECONDITION', 'the store is older than it was', 'see `sluice store accept`'],
  invalid: ['INVALID_ARGUMENT', 'the store refuses the request', ''],
};

/** Any error as a Failure: the store's with what to do, unknown ones as INTERNAL without their text (the log has it). */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const meaning = error instanceof StoreError ? MEANING[error.code] : undefined;
  if (meaning === undefined || !(error instanceof Error)) {
    return new Failure('INTERNAL', 'internal error', "the control plane's log has the details", [], {
      cause: error,
    });
  }
  const [code, what, hint] = meaning;
  return new Failure(code, `${what}: ${error.message}`, hint, [], { cause: error });
}
