import { usageError } from './exit.js';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'ICMP', 'ICMPv6', 'ANY'] as const;

/** Where a connection goes: a number or, where it can be looked up, a name. ICMP: the type. */
export interface Port {
  readonly port: string;
  readonly protocol: string;
}

/** `8443/TCP`, `8443` (TCP), `8/ICMP`, `pg/TCP`. Throws CliError (usage). */
export function parsePort(text: string): Port {
  const [port = '', protocol = 'TCP', ...rest] = text.split('/');
  const known = PROTOCOLS.find((name) => name.toLowerCase() === protocol.toLowerCase());
  if (port === '' || known === undefined || rest.length > 0)
    throw usageError(
      `--port '${text}' is not understood`,
      `PORT/PROTOCOL, for example 8443/TCP or 8/ICMP; protocols are ${PROTOCOLS.join(', ')}`,
    );
  return { port, protocol: known };
}

/** The same where only numbers are understood. Throws CliError (usage). */
export function parsePortNumber(text: string): { readonly port: number; readonly protocol: string } {
  const { port, protocol } = parsePort(text);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    throw usageError(`--port '${text}': ${port} is no port number`, 'the server knows ports by number');
  return { port: Number(port), protocol };
}
