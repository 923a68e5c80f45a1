import { AgentError } from '../util/errors.js';
import type { NamedPort } from './record.js';

/** RFC 6335, 5.1: what Kubernetes allows as the name of a port. */
const NAME = /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;
const LONGEST = 15;
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];

/** A named port as it comes over the API. */
export interface PortInput {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: string;
}

/** Checks the named ports of a workload; the protocol is TCP where none is given. Sorted by name. Throws INVALID_ARGUMENT. */
export function namedPorts(given: readonly PortInput[]): NamedPort[] {
  const ports = given.map(({ name = '', port = 0, protocol = '' }) => {
    if (!NAME.test(name) || name.length > LONGEST)
      throw wrong(name, `a name has at most ${LONGEST} of a-z, 0-9 and single -, with at least one letter`);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw wrong(name, `${port} is no port`);
    const known = protocol === '' ? 'TCP' : protocol;
    if (!PROTOCOLS.includes(known))
      throw wrong(name, `protocol ${known}: use one of ${PROTOCOLS.join(', ')}`);
    return { name, port, protocol: known };
  });
  const twice = ports.find((one, i) => ports.findIndex(({ name }) => name === one.name) !== i);
  if (twice) throw wrong(twice.name, 'the name stands twice');
  return ports.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const wrong = (name: string, why: string): AgentError =>
  new AgentError('INVALID_ARGUMENT', `named port ${JSON.stringify(name)}: ${why}`);
