import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { PkiError } from './errors.js';

/** Every key is ECDSA on P-256: small, fast to make, understood by etcd, gRPC and browsers. */
export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** A certificate is valid a little before it was made, so that a machine whose clock is behind accepts it. */
const SKEW_MS = 5 * 60_000;
const SERIAL_BYTES = 16;

/** Not before and not after. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The validity of a certificate made at `now` for `days` days. Throws PkiError unless `days` is positive. */
export function validity(days: number, now: Date): Validity {
  if (!Number.isFinite(days) || days <= 0) throw new PkiError(`days must be a positive number, not ${days}`);
  return { notBefore: new Date(now.getTime() - SKEW_MS), notAfter: new Date(now.getTime() + days * DAY_MS) };
}

/** A new key pair whose private key can be exported. */
export async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** The private key as PKCS #8 in PEM. */
export async function keyToPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY') + '\n';
}

/** A private key from PKCS #8 in PEM. Throws PkiError when it is none. */
export async function keyFromPem(pem: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decode(pem)[0];
  if (der === undefined) throw new PkiError('the private key is not PEM');
  try {
    return await crypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
  } catch (cause) {
    throw new PkiError('the private key is not an ECDSA P-256 key in PKCS #8', { cause });
  }
}

/** A random positive serial number in hex. */
export function newSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SERIAL_BYTES));
  // The top bit is the sign, and a leading zero byte would be dropped by DER.
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

/** A distinguished name of one common name and any number of organizations. Throws PkiError on an empty one. */
export function subject(commonName: string, organizations: readonly string[]): x509.JsonName {
  if (commonName === '' || commonName.length > 64) {
    throw new PkiError(`a common name has 1 to 64 characters, not ${commonName.length}`);
  }
  return [...organizations.map((o) => ({ O: [o] })), { CN: [commonName] }];
}

/** Subject alternative names; null when there are none. Throws PkiError on an address that is none. */
export function alternativeNames(
  dns: readonly string[],
  ips: readonly string[],
  uris: readonly string[],
): x509.SubjectAlternativeNameExtension | null {
  const wrong = ips.find((ip) => isIP(ip) === 0);
  if (wrong !== undefined) throw new PkiError(`'${wrong}' is not an IP address`);
  const names: x509.JsonGeneralNames = [
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...ips.map((value) => ({ type: 'ip' as const, value })),
    ...uris.map((value) => ({ type: 'url' as const, value })),
  ];
  return names.length === 0 ? null : new x509.SubjectAlternativeNameExtension(names);
}
