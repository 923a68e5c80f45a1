import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parse, stringify, YAMLError } from 'yaml';
import type { CliConfig, CliContext, TlsFiles } from '@sluice/api';
import { usageError } from './exit.js';

type Loose = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function text(of: Loose, key: string, where: string): string {
  const value = of[key];
  if (typeof value === 'string' && value !== '') return value;
  throw usageError(`${where}.${key} must be a text`, 'sluice init writes a correct file');
}

function toTls(value: unknown, where: string): TlsFiles {
  if (!isObject(value))
    throw usageError(`${where} must name ca, cert and key`, 'sluice init writes a correct file');
  return { ca: text(value, 'ca', where), cert: text(value, 'cert', where), key: text(value, 'key', where) };
}

function toContext(value: unknown, where: string): CliContext {
  if (!isObject(value)) throw usageError(`${where} must be a mapping`);
  const servers = value['servers'];
  if (!Array.isArray(servers) || servers.length === 0 || !servers.every((s) => typeof s === 'string'))
    throw usageError(`${where}.servers must be a list of HOST:PORT`, 'sluice init writes a correct file');
  const netns = value['netns'] ?? null;
  if (netns !== null && typeof netns !== 'string') throw usageError(`${where}.netns must be a path or null`);
  return {
    name: text(value, 'name', where),
    servers: servers,
    tls: toTls(value['tls'], `${where}.tls`),
    netns,
  };
}

/** Reads and checks the config file. Throws CliError (usage) that names file and place. */
export function readConfig(path: string): CliConfig {
  if (!existsSync(path))
    throw usageError(
      `there is no config file ${path}`,
      'make one with: sluice init, or name yours with --config or SLUICE_CONFIG',
    );
  let raw: unknown;
  try {
    raw = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const at = error instanceof YAMLError ? (error.linePos?.[0] ?? null) : null;
    const place = at === null ? path : `${path}:${at.line}:${at.col}`;
    throw usageError(
      `${place} cannot be read: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`,
    );
  }
  if (!isObject(raw) || !Array.isArray(raw['contexts']))
    throw usageError(`${path} has no list of contexts`, 'sluice init writes a correct file');
  const contexts = raw['contexts'].map((item, i) => toContext(item, `${path}: contexts[${i}]`));
  return { currentContext: text(raw, 'currentContext', path), contexts };
}

/** The named context, or the current one. Throws CliError (usage) that lists those there are. */
export function chooseContext(config: CliConfig, name: string | null, path: string): CliContext {
  const wanted = name ?? config.currentContext;
  const found = config.contexts.find((context) => context.name === wanted);
  if (found !== undefined) return found;
  throw usageError(
    `${path} has no context '${wanted}'`,
    `contexts: ${config.contexts.map((c) => c.name).join(', ')}`,
  );
}

/** Writes the config file by rename, for its owner only. */
export function writeConfig(path: string, config: CliConfig): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, stringify(config), { mode: 0o600, flush: true });
  renameSync(temporary, path);
}
