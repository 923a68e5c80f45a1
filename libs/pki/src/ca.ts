import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { ALGORITHM, keyToPem, newKeys, newSerial, subject, validity } from './material.js';

/** A certificate authority: what `issue` signs with. PEM texts; the key is secret. */
export interface Authority {
  readonly cert: string;
  readonly key: string;
}

export interface CaOptions {
  readonly commonName: string;
  /** Default 3650. */
  readonly days?: number;
  /** Default: the present time. */
  readonly now?: Date;
}

/** Makes a self-signed authority that may sign end certificates but no further authorities. Throws PkiError on bad options. */
export async function createCa(options: CaOptions): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: subject(options.commonName, []),
    ...validity(options.days ?? 3650, options.now ?? new Date()),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: certificate.toString('pem') + '\n', key: await keyToPem(keys.privateKey) };
}
