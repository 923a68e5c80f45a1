import { readFileSync } from 'node:fs';
import type { ControlPlaneConfig, TlsFiles, TlsPems } from '@sluice/api';

/** The configuration cannot be used; the message names the file and the field. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Contents of the files that the configuration names. */
export type Pems = { readonly [K in keyof TlsPems]: Buffer };

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads and checks `controlplane.json`. Throws ConfigError. */
export function readConfig(file: string): ControlPlaneConfig {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ConfigError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return checkConfig(parsed, file);
}

/** Checks a configuration. Throws ConfigError naming the first field that is wrong. */
export function checkConfig(value: unknown, file: string): ControlPlaneConfig {
  const fail = (field: string, wanted: string): never => {
    throw new ConfigError(`${file}: ${field} must be ${wanted}`);
  };
  const object = (of: Json, field: string): Json => {
    const found = of[field];
    return isObject(found) ? found : fail(field, 'an object');
  };
  const text = (of: Json, field: string): string => {
    const found = of[field];
    return typeof found === 'string' && found !== '' ? found : fail(field, 'a text');
  };
  const tls = (of: Json): TlsFiles => {
    const files = object(of, 'tls');
    return { ca: text(files, 'ca'), cert: text(files, 'cert'), key: text(files, 'key') };
  };
  const listener = (of: Json, field: string) => {
    const found = object(of, field);
    const listen = text(found, 'listen');
    splitListen(listen);
    return { listen, tls: tls(found) };
  };
  const root = isObject(value) ? value : fail('it', 'an object');
  const etcd = object(root, 'etcd');
  const { endpoints } = etcd;
  if (!Array.isArray(endpoints) || endpoints.length === 0 || !endpoints.every((e) => typeof e === 'string')) {
    return fail('etcd.endpoints', 'a list of URLs');
  }
  const auditLog = root['auditLog'] ?? null;
  if (auditLog !== null && typeof auditLog !== 'string') return fail('auditLog', 'a file name or null');
  const grace = root['identityGraceSeconds'];
  if (grace !== undefined && (typeof grace !== 'number' || !(grace > 0))) {
    return fail('identityGraceSeconds', 'a number of seconds');
  }
  const policyDir = root['policyDir'];
  if (policyDir !== undefined && (typeof policyDir !== 'string' || policyDir === '')) {
    return fail('policyDir', 'a directory');
  }
  const rescan = root['policyDirRescanSeconds'];
  if (rescan !== undefined && (typeof rescan !== 'number' || !(rescan > 0))) {
    return fail('policyDirRescanSeconds', 'a number of seconds');
  }
  return {
    name: text(root, 'name'),
    etcd: { endpoints, tls: tls(etcd) },
    rest: listener(root, 'rest'),
    grpc: listener(root, 'grpc'),
    auditLog,
    ...(grace === undefined ? {} : { identityGraceSeconds: grace }),
    ...(policyDir === undefined ? {} : { policyDir }),
    ...(rescan === undefined ? {} : { policyDirRescanSeconds: rescan }),
  };
}

/** `host:port` or `[v6]:port` in its parts. Throws ConfigError. */
export function splitListen(listen: string): { readonly host: string; readonly port: number } {
  const [, v6, host, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(listen) ?? [];
  const found = v6 ?? host;
  if (found === undefined || Number(port) > 65_535) throw new ConfigError(`${listen} is no host:port`);
  return { host: found, port: Number(port) };
}

/** Reads certificate, key and authority. Throws ConfigError naming the file. */
export function readPems(files: TlsFiles): Pems {
  const read = (file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (cause) {
      throw new ConfigError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
    }
  };
  return { ca: read(files.ca), cert: read(files.cert), key: read(files.key) };
}
