import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createCa, issue, type Authority, type IssueOptions } from '@sluice/pki';
import { ROLE_PREFIX, type Role, type TlsFiles } from '@sluice/api';
import { CliError, Exit } from '../exit.js';
import type { SecretFolder } from './files.js';
import type { ClusterPlan } from './types.js';

const LOCAL_DNS = ['localhost'];
const LOCAL_IPS = ['127.0.0.1', '::1'];

/** Paths of one certificate in the folder. */
export function tlsFiles(folder: SecretFolder, name: string): TlsFiles {
  return {
    ca: folder.at('pki/ca.crt'),
    cert: folder.at(`pki/${name}.crt`),
    key: folder.at(`pki/${name}.key`),
  };
}

function hosts(names: readonly string[]): { dns: string[]; ips: string[] } {
  const all = [...new Set([...LOCAL_DNS, ...LOCAL_IPS, ...names])];
  return { dns: all.filter((n) => isIP(n) === 0), ips: all.filter((n) => isIP(n) !== 0) };
}

/** The host of `https://host:port`, an IPv6 one without its brackets. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

const client = (commonName: string, role: Role): IssueOptions => ({
  commonName,
  organization: ROLE_PREFIX + role,
  usages: ['client'],
});

/**
 * Every certificate of a cluster by file name. Common names are etcd's users and the API's names, organizations the roles.
 * The etcd server's name is no user of the store: its own certificate opens nothing.
 */
export function wantedCertificates(plan: ClusterPlan): ReadonlyMap<string, IssueOptions> {
  const both: IssueOptions['usages'] = ['server', 'client'];
  const wanted = new Map<string, IssueOptions>([
    ['etcd', { commonName: 'etcd-server', usages: both, ...hosts(plan.etcd.map(hostOf)) }],
    ['etcd-root', { commonName: 'root', usages: ['client'] }],
    ['controlplane', client('controlplane', 'controlplane')],
    ['admin', client('admin', 'admin')],
    ['operator', client('operator', 'operator')],
    ['viewer', client('viewer', 'viewer')],
  ]);
  for (const { name, host } of plan.replicas)
    wanted.set(`controlplane-${name}`, { commonName: name, usages: ['server'], ...hosts([name, host]) });
  for (const { name } of plan.nodes) wanted.set(`node-${name}`, client(name, 'node'));
  return wanted;
}

async function ensureCa(folder: SecretFolder, cluster: string): Promise<Authority> {
  const [cert, key] = [folder.read('pki/ca.crt'), folder.read('pki/ca.key')];
  if (cert !== null && key !== null && !folder.force) {
    folder.written.kept.push('pki/ca.key', 'pki/ca.crt');
    return { cert, key };
  }
  if (!folder.force && (cert !== null || key !== null))
    throw new CliError(
      Exit.failed,
      `${folder.path}/pki has ${cert === null ? 'ca.key but not ca.crt' : 'ca.crt but not ca.key'}`,
      'restore the missing file from a backup, or --force to make everything anew',
    );
  const made = await createCa({ commonName: `sluice ${cluster}` });
  folder.replace('pki/ca.key', made.key);
  folder.replace('pki/ca.crt', made.cert);
  return made;
}

/** Why an existing certificate will not do; null where it will. */
function unfit(pem: string, wanted: IssueOptions, ca: Authority): string | null {
  const cert = new X509Certificate(pem);
  if (!cert.verify(new X509Certificate(ca.cert).publicKey)) return 'was signed by another authority';
  if (Date.parse(cert.validTo) < Date.now()) return `expired on ${cert.validTo}`;
  const missing =
    (wanted.ips ?? []).find((ip) => cert.checkIP(ip) === undefined) ??
    (wanted.dns ?? []).find((name) => cert.checkHost(name) === undefined);
  return missing === undefined ? null : `is not for ${missing}`;
}

async function ensureCertificate(
  folder: SecretFolder,
  ca: Authority,
  name: string,
  wanted: IssueOptions,
): Promise<void> {
  const [certFile, keyFile] = [`pki/${name}.crt`, `pki/${name}.key`];
  const old = folder.read(certFile);
  if (old !== null && folder.read(keyFile) !== null && !folder.force) {
    const reason = unfit(old, wanted, ca);
    if (reason === null) return void folder.written.kept.push(keyFile, certFile);
    throw new CliError(
      Exit.failed,
      `${folder.at(certFile)} ${reason}`,
      `delete ${certFile} and ${keyFile} to have them issued anew`,
    );
  }
  const made = await issue(ca, wanted);
  // The key first: a certificate without its key would look complete after a crash in between.
  folder.replace(keyFile, made.key);
  folder.replace(certFile, made.cert);
}

/** Makes what is missing of the authority and the certificates. Throws CliError where something existing does not fit. */
export async function ensurePki(folder: SecretFolder, plan: ClusterPlan): Promise<void> {
  const ca = await ensureCa(folder, plan.name);
  for (const [name, wanted] of wantedCertificates(plan)) await ensureCertificate(folder, ca, name, wanted);
}
