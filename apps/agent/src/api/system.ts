import { readFileSync } from 'node:fs';
import { messageOf } from '../util/errors.js';
import type { Exec } from '../util/exec.js';

/** What one command or file of the node said, cut off where it says too much. */
export interface SystemRow {
  readonly source: string;
  readonly output: string | null;
  readonly truncated: boolean;
  /** Why there is no output. */
  readonly error: string | null;
}

const MOST_CHARACTERS = 256 * 1024;
const TIMEOUT_MS = 5_000;

/** Read only, and nothing that prints keys: no `ip xfrm state`. */
const COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ['uname', '-a'],
  ['ip', '-details', '-statistics', 'link'],
  ['ip', 'address'],
  ['ip', 'route', 'show', 'table', 'all'],
  ['ip', '-6', 'route', 'show', 'table', 'all'],
  ['ip', 'rule'],
  ['ip', '-6', 'rule'],
  ['ip', 'neighbour'],
  ['nft', 'list', 'ruleset'],
];
const FILES = [
  '/proc/sys/net/ipv4/ip_forward',
  '/proc/sys/net/ipv4/conf/all/rp_filter',
  '/proc/sys/net/ipv6/conf/all/forwarding',
  '/proc/sys/net/core/bpf_jit_enable',
  '/proc/loadavg',
  '/proc/meminfo',
  '/proc/net/snmp',
  '/proc/net/softnet_stat',
];

const row = (source: string, text: string): SystemRow => ({
  source,
  output: text.slice(0, MOST_CHARACTERS),
  truncated: text.length > MOST_CHARACTERS,
  error: null,
});
const failed = (source: string, error: unknown): SystemRow => ({
  source,
  output: null,
  truncated: false,
  error: messageOf(error),
});

/** What the node's system looks like to whoever searches for a fault. Never rejects: what cannot be had says why. */
export async function systemRows(run: Exec): Promise<readonly SystemRow[]> {
  const commands = COMMANDS.map(async ([file, ...args]) => {
    const source = [file, ...args].join(' ');
    return run(file, args, { timeoutMs: TIMEOUT_MS }).then(
      (text) => row(source, text),
      (error: unknown) => failed(source, error),
    );
  });
  const files = FILES.map((path) => {
    try {
      return row(path, readFileSync(path, 'utf8'));
    } catch (error) {
      return failed(path, error);
    }
  });
  return [...(await Promise.all(commands)), ...files];
}
