import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Authority } from './ca.js';
import { PkiError } from './errors.js';
import {
  ALGORITHM,
  alternativeNames,
  keyFromPem,
  keyToPem,
  newKeys,
  newSerial,
  subject,
  validity,
} from './material.js';

export type Usage = 'server' | 'client';

export interface IssueOptions {
  /** Who it is: user or node name. etcd and the control plane read the user from here. */
  readonly commonName: string;
  /** Roles, e.g. `sluice:node`. */
  readonly organization?: string | readonly string[];
  readonly dns?: readonly string[];
  readonly ips?: readonly string[];
  readonly uris?: readonly string[];
  readonly usages: readonly Usage[];
  /** Default 365. */
  readonly days?: number;
  /** When it is made; default the present time. In the past: for certificates that are to be expired. */
  readonly now?: Date;
}

/** A certificate with its secret key and the authority's certificate, as PEM texts. */
export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const EXTENDED: Record<Usage, x509.ExtendedKeyUsage> = {
  server: x509.ExtendedKeyUsage.serverAuth,
  client: x509.ExtendedKeyUsage.clientAuth,
};

/** Makes a key and a certificate for it, signed by `ca`. Throws PkiError on bad options or an unreadable authority. */
export async function issue(ca: Authority, options: IssueOptions): Promise<Credentials> {
  if (options.usages.length === 0) throw new PkiError('a certificate needs at least one usage');
  const issuer = readAuthority(ca);
  const signingKey = await keyFromPem(ca.key);
  const keys = await newKeys();
  const names = alternativeNames(options.dns ?? [], options.ips ?? [], options.uris ?? []);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: subject(options.commonName, [options.organization ?? []].flat()),
    issuer: issuer.subjectName.toJSON(),
    ...validity(options.days ?? 365, options.now ?? new Date()),
    signingAlgorithm: ALGORITHM,
    signingKey,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(options.usages.map((u) => EXTENDED[u])),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(names === null ? [] : [names]),
    ],
  });
  return { ca: ca.cert, cert: certificate.toString('pem') + '\n', key: await keyToPem(keys.privateKey) };
}

function readAuthority(ca: Authority): x509.X509Certificate {
  try {
    return new x509.X509Certificate(ca.cert);
  } catch (cause) {
    throw new PkiError("the authority's certificate is unreadable", { cause });
  }
}
