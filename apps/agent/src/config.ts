import { readFileSync } from 'node:fs';
import type { AgentConfig, TlsFiles } from '@sluice/api';
import { canonicalAddress } from '@sluice/datapath';

type Kind = 'string' | 'strings' | 'strings?' | 'string?' | 'tls' | 'etcd';
const FIELDS: Readonly<Record<keyof AgentConfig, Kind>> = {
  node: 'string',
  instance: 'string',
  etcd: 'etcd',
  controlPlanes: 'strings',
  tls: 'tls',
  addresses: 'strings',
  underlay: 'string',
  bpffs: 'string',
  stateDir: 'string',
  socketDir: 'string',
  bpfDir: 'string?',
  attach: 'string',
  metricsListen: 'string?',
  infrastructure: 'strings?',
};
const NODE_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isTls = (value: unknown): boolean => {
  const tls = value as TlsFiles | null;
  return typeof value === 'object' && tls !== null && isText(tls.ca) && isText(tls.cert) && isText(tls.key);
};

function isKind(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'string':
      return isText(value);
    case 'strings':
      return isTexts(value);
    case 'strings?':
      return value === undefined || isTexts(value);
    case 'string?':
      return value === null || isText(value);
    case 'tls':
      return isTls(value);
    case 'etcd': {
      const etcd = value as AgentConfig['etcd'] | null;
      return typeof value === 'object' && etcd !== null && isTexts(etcd.endpoints) && isTls(etcd.tls);
    }
  }
}

/** Checks the contents of agent.json. Throws an Error that names the field; unknown fields are errors too. */
export function parseConfig(text: string, path = 'agent.json'): AgentConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${path} is no JSON object`);
  const config = value as Record<string, unknown>;
  for (const key of Object.keys(config))
    if (!(key in FIELDS)) throw new Error(`${path}: unknown field ${JSON.stringify(key)}`);
  for (const [key, kind] of Object.entries(FIELDS)) {
    if (!isKind(kind, config[key]))
      throw new Error(`${path}: ${key} is missing or wrong (${describe(kind)} is needed)`);
  }
  return checked(config as unknown as AgentConfig, path);
}

function describe(kind: Kind): string {
  const names = {
    string: 'text',
    strings: 'a list of texts',
    'strings?': 'a list of texts, or nothing',
    'string?': 'text or null',
    tls: '{ca, cert, key}',
    etcd: '{endpoints, tls}',
  };
  return names[kind];
}

function checked(config: AgentConfig, path: string): AgentConfig {
  if (!NODE_NAME.test(config.node))
    throw new Error(`${path}: node ${JSON.stringify(config.node)} is no DNS label`);
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(config.instance))
    throw new Error(`${path}: instance may have a-z 0-9 _ - only`);
  if (!['auto', 'tcx', 'clsact'].includes(config.attach))
    throw new Error(`${path}: attach must be auto, tcx or clsact`);
  for (const folder of [config.bpffs, config.stateDir, config.socketDir]) {
    if (!folder.startsWith('/')) throw new Error(`${path}: ${folder} must be an absolute path`);
  }
  if (config.addresses.length === 0)
    throw new Error(`${path}: addresses must name at least one address of this node`);
  return { ...config, addresses: config.addresses.map(canonicalAddress) };
}

/** Reads and checks agent.json. */
export function readConfig(path: string): AgentConfig {
  return parseConfig(readFileSync(path, 'utf8'), path);
}

/** Contents of certificate files. Throws where one cannot be read. */
export function readTls(files: TlsFiles): {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
} {
  return { ca: readFileSync(files.ca), cert: readFileSync(files.cert), key: readFileSync(files.key) };
}
