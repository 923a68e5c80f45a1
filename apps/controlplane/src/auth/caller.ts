import { ROLE_PREFIX, type Role } from '@sluice/api';
import { Failure } from '../failure.js';

/** Who calls: out of the client certificate that TLS has verified. */
export interface Caller {
  /** User or node: the certificate's CN. */
  readonly name: string;
  readonly role: Role;
}

/** The parts of a peer certificate that say who it is; node:tls' `PeerCertificate` fits. */
export interface CertificateLike {
  readonly subject?: { readonly CN?: string | string[]; readonly O?: string | string[] };
  readonly valid_to?: string;
}

/** What a handler demands. `any` is every known role; `node` exactly that; the others also their higher ones. */
export type Required = 'viewer' | 'operator' | 'admin' | 'node' | 'any';

const ROLES: ReadonlySet<string> = new Set<Role>(['viewer', 'operator', 'admin', 'node', 'controlplane']);
const RANK: Readonly<Partial<Record<string, number>>> = { viewer: 1, operator: 2, admin: 3 };

const list = (value: string | string[] | undefined): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/**
 * The caller that a verified certificate names. Throws a Failure UNAUTHENTICATED where it names no user, not exactly one
 * known role, or has expired since the connection was made.
 */
export function callerOf(certificate: CertificateLike | null | undefined, now: number = Date.now()): Caller {
  const names = list(certificate?.subject?.CN);
  if (certificate == null || names.length !== 1 || names[0] === undefined || names[0] === '') {
    throw new Failure(
      'UNAUTHENTICATED',
      'no client certificate with one common name',
      'use a certificate of `sluice init`',
    );
  }
  const until = Date.parse(certificate.valid_to ?? '');
  if (!(until > now)) {
    throw new Failure('UNAUTHENTICATED', `the certificate of ${names[0]} has expired`, 'issue a new one');
  }
  const roles = list(certificate.subject?.O)
    .filter((name) => name.startsWith(ROLE_PREFIX))
    .map((name) => name.slice(ROLE_PREFIX.length));
  const role = roles[0];
  if (roles.length !== 1 || role === undefined || !ROLES.has(role)) {
    const known = [...ROLES].map((name) => ROLE_PREFIX + name).join(', ');
    throw new Failure(
      'UNAUTHENTICATED',
      `the certificate of ${names[0]} names no single role`,
      `organization (O) is one of ${known}`,
    );
  }
  return { name: names[0], role: role as Role };
}

/** Whether a role may do what another one is demanded for, or one of `also`. */
export function mayCall(role: Role, required: Required, also: readonly Role[] = []): boolean {
  if (required === 'any' || also.includes(role)) return true;
  const wanted = RANK[required];
  if (wanted === undefined) return role === required;
  return (RANK[role] ?? 0) >= wanted;
}
