import type { Path } from '../documents/issue.js';
import { isMapping } from '../documents/schema.js';
import type { LintFinding, LintInput } from './types.js';

/** Labels that Kubernetes has replaced: well-known labels, annotations and taints. */
const REPLACED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'node-role.kubernetes.io/master': 'node-role.kubernetes.io/control-plane',
};

/** Numbers of programs in other forms than digits: names of ports, as far as a policy is concerned. */
const LIKE_A_NUMBER = /^(0x[0-9a-f]+|0o[0-7]+|0b[01]+|\d+e\d+)$/i;

interface Oddity {
  readonly code: 'deprecated-spelling' | 'port-zero' | 'odd-port-name';
  readonly message: string;
  readonly hint: string;
}

const deprecated = (message: string, hint: string): Oddity => ({
  code: 'deprecated-spelling',
  message,
  hint,
});

function oldLabel(key: string): Oddity | null {
  const plain = key.slice(key.indexOf(':') + 1);
  const now = Object.hasOwn(REPLACED, plain) ? REPLACED[plain] : undefined;
  return now === undefined ? null : deprecated(`the label ${plain} was replaced`, `write ${now}`);
}

/** What is odd about one value, by where it stands. */
function oddityOf(path: Path, value: unknown): Oddity | null {
  const last = path.at(-1);
  const list = path.at(-2);
  if (list === 'matchLabels' && typeof last === 'string') return oldLabel(last);
  if (last === 'key' && typeof value === 'string') return oldLabel(value);
  if ((list === 'fromCIDR' || list === 'toCIDR') && typeof value === 'string' && !value.includes('/'))
    return deprecated(
      `${value} has no prefix length`,
      `write ${value}/${value.includes(':') ? 128 : 32}, as other programs want it`,
    );
  if (last === 'protocol' && typeof value === 'string' && value !== value.toUpperCase())
    return deprecated(`protocol ${value} in lower case`, `write ${value.toUpperCase()}`);
  if (last === 'port' && typeof value === 'string' && LIKE_A_NUMBER.test(value))
    return {
      code: 'odd-port-name',
      message: `port ${value} is the name of a port, not a number`,
      hint: 'write a number in decimal digits',
    };
  const inPorts = path.includes('toPorts') || path.includes('ports');
  if (last === 'port' && inPorts && /^0+$/.test(String(value)))
    return { code: 'port-zero', message: 'port 0 is every port', hint: 'leave the port out, which says so' };
  return null;
}

function* walk(value: unknown, path: Path): Generator<{ readonly path: Path; readonly oddity: Oddity }> {
  const oddity = oddityOf(path, value);
  if (oddity) yield { path, oddity };
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* walk(item, [...path, i]);
  else if (isMapping(value)) for (const [key, item] of Object.entries(value)) yield* walk(item, [...path, key]);
} // prettier-ignore

/** The rule that a path leads into; empty where none. */
function ruleOf(path: Path): string {
  const inSpecs = path[0] === 'specs';
  const [list, index] = path.slice(inSpecs ? 2 : 1);
  if (typeof list !== 'string' || typeof index !== 'number') return '';
  return `${inSpecs ? `specs[${path[1]}].` : ''}${list}[${index}]`;
}

/** Spellings that are understood and should be others. */
export function* oldSpellings({ stored, form }: LintInput): Generator<LintFinding> {
  const { spec, specs } = stored.document as { spec?: unknown; specs?: unknown };
  for (const [name, value] of [['spec', spec], ['specs', specs]] as const)
    for (const { path, oddity } of walk(value, [name]))
      yield { level: 'info', policy: form.ref, rule: ruleOf(path), path, ...oddity };
} // prettier-ignore
