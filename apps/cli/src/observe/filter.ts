import type { FlowFilterInput, ObserveRequestInput } from '@sluice/api';
import { usageError } from '../exit.js';

/** Flags of `sluice observe`; lists are alternatives, given repeatedly or with commas. */
export interface ObserveFlags {
  readonly follow?: boolean;
  readonly last?: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly workload: readonly string[];
  readonly node: readonly string[];
  readonly verdict: readonly string[];
  readonly protocol: readonly string[];
  readonly port: readonly string[];
  readonly policy: readonly string[];
  readonly identity: readonly string[];
  readonly staged?: boolean;
}

export const VERDICTS = ['forwarded', 'dropped'] as const;
export const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'ICMP', 'ICMPv6'] as const;

function number(option: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= low && value <= high) return value;
  throw usageError(`${option} '${text}' is not a number from ${low} to ${high}`);
}

function oneOf<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((item) => item.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw usageError(`${option} '${text}' is not known`, `one of ${allowed.join(', ')}`);
}

/** Names of protocols, or their numbers as the flows show those that have no name here. */
const protocol = (text: string) =>
  /^\d+$/.test(text) ? String(number('--protocol', text, 0, 255)) : oneOf('--protocol', text, PROTOCOLS);

/** The request that the flags mean. Throws CliError (usage) that names the flag. */
export function toRequest(flags: ObserveFlags): ObserveRequestInput {
  const filter: FlowFilterInput = {
    from: [...flags.from],
    to: [...flags.to],
    workload: [...flags.workload],
    node: [...flags.node],
    verdict: flags.verdict.map((text) =>
      oneOf('--verdict', text, VERDICTS) === 'dropped' ? 'DROPPED' : 'FORWARDED',
    ),
    protocol: flags.protocol.map(protocol),
    port: flags.port.map((text) => number('--port', text, 0, 65_535)),
    policy: [...flags.policy],
    identity: flags.identity.map((text) => number('--identity', text, 0, 0xffff_ffff)),
    stagedOnly: flags.staged === true,
  };
  return {
    filter,
    follow: flags.follow === true,
    last: number('--last', flags.last ?? '20', 1, 1_000_000),
  };
}
