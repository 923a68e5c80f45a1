import { contains, LabelError, parsePrefix, parseSelectorKey } from '@sluice/labels';
import type { Path, Report } from './issue.js';
import { describe } from './issue.js';
import { list, object, text, texts, then, boolean, type Check, type Mapping } from './schema.js';
import { suggest } from './suggest.js';

/** Entities that a rule may name in this version. */
export const ENTITIES = [
  'all',
  'world',
  'world-ipv4',
  'world-ipv6',
  'cluster',
  'host',
  'remote-node',
  'init',
  'none',
];
const LATER_ENTITIES = ['health', 'kube-apiserver', 'ingress', 'unmanaged'];
/** Protocols of toPorts. */
export const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'ANY'];
const MAX_PORTS = 40;
const L7 = 'it needs the layer-7 engine';

function attempt(action: () => unknown): string | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof LabelError) return error.message;
    throw error;
  }
}

function selectorKeyRule(key: string): string | null {
  const wrong = attempt(() => parseSelectorKey(key));
  if (wrong) return wrong;
  return key.startsWith('cidr:') ? 'a selector cannot name the labels of prefixes; use CIDR peers' : null;
}

const expression: Check = then(
  object({
    fields: {
      key: text(selectorKeyRule),
      operator: text(
        (v) =>
          ['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(v)
            ? null
            : `unknown operator ${JSON.stringify(v)}`,
        'allowed are In, NotIn, Exists, DoesNotExist',
      ),
      values: list(text()),
    },
    required: ['key', 'operator'],
  }),
  (value, path, report) => {
    const { operator, values } = value as { operator: string; values?: unknown[] | null };
    const needs = operator === 'In' || operator === 'NotIn';
    if (needs && !values?.length) report(path, `operator ${operator} needs at least one value`);
    if (!needs && values?.length) report([...path, 'values'], `operator ${operator} takes no values`);
  },
);

/** A label selector; `{}` selects everything. */
export const selector: Check = object({
  fields: { matchLabels: texts(selectorKeyRule), matchExpressions: list(expression) },
});

const entity = text(
  (v) => {
    if (ENTITIES.includes(v)) return null;
    if (LATER_ENTITIES.includes(v)) return `entity ${v} is not supported by this version`;
    const near = suggest(v, ENTITIES);
    return `unknown entity ${JSON.stringify(v)}${near === null ? '' : `; did you mean ${near}?`}`;
  },
  `allowed are ${ENTITIES.join(', ')}`,
);

const cidr = text((v) => attempt(() => parsePrefix(v)));
const strictCidr = text((v) =>
  v.includes('/') ? attempt(() => parsePrefix(v)) : `${JSON.stringify(v)} has no prefix length`,
);

const cidrSet: Check = then(
  object({
    fields: { cidr: strictCidr, except: list(strictCidr) },
    required: ['cidr'],
    unsupported: { cidrGroupRef: 'write the prefixes out', cidrGroupSelector: 'write the prefixes out' },
  }),
  (value, path, report) => {
    const { cidr: outer, except } = value as { cidr: string; except?: string[] | null };
    (except ?? []).forEach((inner, i) => {
      if (!contains(parsePrefix(outer), parsePrefix(inner)))
        report(
          [...path, 'except', i],
          `${inner} is not inside ${outer}`,
          'an exception must be a part of the prefix',
        );
    });
  },
);

const IS_NUMBER = /^\d+$/;

/** A port is a number from 0 (any) to 65535, as text or number. Anything else is a name, which this version does not serve. */
function port(value: unknown, path: Path, report: Report): void {
  const allowed = 'a number from 1 to 65535, or 0 for any port';
  if (typeof value === 'string' && !IS_NUMBER.test(value)) {
    if (/^-?[\d.]+$/.test(value)) report(path, `port ${value} is not a port number`, allowed);
    else if (/^[a-zA-Z0-9-]{1,63}$/.test(value))
      report(path, `port name ${JSON.stringify(value)} is not supported by this version`, allowed);
    else report(path, `port ${JSON.stringify(value)} is not a port number`, allowed);
    return;
  }
  if (typeof value !== 'string' && typeof value !== 'number')
    report(path, `must be a port, not ${describe(value)}`, allowed);
  else if (!Number.isInteger(Number(value)) || Number(value) < 0 || Number(value) > 65535)
    report(path, `port ${value} is out of range`, allowed);
}

function endPort(value: unknown, path: Path, report: Report): void {
  if (typeof value !== 'number' || !Number.isInteger(value))
    report(path, `must be a number, not ${describe(value)}`);
  else if (value < 0 || value > 65535)
    report(path, `endPort ${value} is out of range`, 'from the port to 65535');
}

const protocol = text(
  (v) => {
    if (PROTOCOLS.includes(v.toUpperCase())) return null;
    if (/^icmp(v6)?$/i.test(v)) return `protocol ${v} is not supported by this version`;
    return `unknown protocol ${JSON.stringify(v)}`;
  },
  `allowed are ${PROTOCOLS.join(', ')}`,
);

const portProtocol: Check = then(
  object({ fields: { port, endPort, protocol }, required: ['port'] }),
  (value, path, report) => {
    const { port: first, endPort: last } = value as { port: string | number; endPort?: number | null };
    // As in Cilium, endPort 0 is an absent one.
    if (!last) return;
    if (Number(first) === 0)
      report(
        [...path, 'endPort'],
        'a range cannot begin at port 0, which means any port',
        'begin at 1, or leave endPort out',
      );
    else if (last < Number(first)) report([...path, 'endPort'], `the range ${first}-${last} is reversed`);
  },
);

const portRule: Check = object({
  fields: { ports: list(portProtocol, MAX_PORTS) },
  unsupported: { rules: L7, terminatingTLS: L7, originatingTLS: L7, serverNames: L7, listener: L7 },
});

/** Cilium's own restriction: a rule names its peers in one way. */
function onePeerField(names: readonly string[]): Check {
  return (value, path, report) => {
    const used = names.filter((n) => ((value as Mapping)[n] as unknown[] | null | undefined)?.length);
    if (used.length > 1)
      report(
        [...path, used[1] ?? ''],
        `${used[0]} and ${used[1]} cannot stand in one rule`,
        'write a rule for each',
        true,
      );
  };
}

function rule(prefix: 'from' | 'to', deny: boolean): Check {
  const of = (name: string) => prefix + name;
  const names = ['Endpoints', 'Entities', 'CIDR', 'CIDRSet'].map(of);
  const later = ['Nodes', 'Groups', ...(prefix === 'to' ? ['Services', 'FQDNs'] : [])].map(of);
  const shape = {
    fields: {
      [of('Endpoints')]: list(selector),
      [of('Entities')]: list(entity),
      [of('CIDR')]: list(cidr),
      [of('CIDRSet')]: list(cidrSet),
      toPorts: list(portRule),
    },
    unsupported: {
      ...Object.fromEntries(later.map((n) => [n, ''])),
      [of('Requires')]: 'it was removed from the language; use matchExpressions',
      icmps: 'a rule without toPorts includes ICMP',
      ...(deny ? {} : { authentication: 'it needs mutual authentication' }),
    },
  };
  return then(object(shape), onePeerField(names));
}

/** One spec: subject, rules, isolation. */
export const spec: Check = object({
  fields: {
    description: text(),
    endpointSelector: selector,
    ingress: list(rule('from', false)),
    ingressDeny: list(rule('from', true)),
    egress: list(rule('to', false)),
    egressDeny: list(rule('to', true)),
    enableDefaultDeny: object({ fields: { ingress: boolean, egress: boolean } }),
  },
  required: ['endpointSelector'],
  unsupported: {
    nodeSelector: 'host policies come later',
    labels: '',
    log: '',
    authentication: '',
    enforcement: 'staged policies come later',
    expires: '',
    replaces: '',
    tier: '',
    priority: '',
    rules: '',
  },
});
