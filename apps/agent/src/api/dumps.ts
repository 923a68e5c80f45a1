import { covers, type Datapath, type DumpName, type DumpRow, parsePrefix, plain } from '@sluice/datapath';
import { AgentError } from '../util/errors.js';

const CLASS = /^class=(\d{1,10})$/;
const COVERS = /^covers=([0-9a-fA-F.:]+)$/;

/**
 * Rows that a filter asks for by what they mean: `class=NUMBER` the entries of one class in `policy`, `covers=ADDRESS` the
 * prefixes in `ipcache` that contain an address. Null for any other filter, which is a text that rows contain. Throws
 * AgentError (INVALID_ARGUMENT) where the address is none.
 */
export function selectedRows(
  { policy, ipcache }: Pick<Datapath, 'policy' | 'ipcache'>,
  name: DumpName,
  filter: string,
): DumpRow[] | null {
  const policyClass = CLASS.exec(filter)?.[1];
  if (name === 'policy' && policyClass !== undefined) {
    const number = Number(policyClass);
    return policy.entries(number).map((entry) => plain({ policyClass: number, ...entry }));
  }
  const address = COVERS.exec(filter)?.[1];
  if (name !== 'ipcache' || address === undefined) return null;
  const wanted = addressOf(address);
  const found = ipcache.entries().filter(([prefix]) => covers(parsePrefix(prefix), wanted));
  return found.map(([prefix, value]) => plain({ prefix, ...value }));
}

function addressOf(text: string): ReturnType<typeof parsePrefix> {
  try {
    return parsePrefix(text);
  } catch (error) {
    throw new AgentError('INVALID_ARGUMENT', `${JSON.stringify(text)} is no address`, error);
  }
}
