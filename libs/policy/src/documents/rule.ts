import { describe, type Path, type Report } from './issue.js';
import { boolean, check, isMapping, list, object, text, then, type Check, type Mapping } from './schema.js';
import { expires } from './expires.js';
import { cidr, cidrSet, exactlyOne, integer, isPortName, oneOf, present } from './fields.js';
import { icmps } from './icmp.js';
import { authentication, fqdns, LAYER7_PORT_FIELDS } from './layer7.js';
import { attempt, selector } from './selector.js';
import { suggest } from './suggest.js';
import { parseLabel } from '@sluice/labels';

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
  'health',
  'kube-apiserver',
  'ingress',
  'unmanaged',
  'none',
];
/** Protocols of toPorts. */
export const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'ANY'];
const MAX_PORTS = 40;
const NO_LAYER7 = 'a deny has no layer 7, as in Cilium';
const GROUPS = 'write the prefixes out: groups of a cloud are not looked up';

const entity = text(
  (v) => {
    if (ENTITIES.includes(v)) return null;
    const near = suggest(v, ENTITIES);
    return `unknown entity ${JSON.stringify(v)}${near === null ? '' : `; did you mean ${near}?`}`;
  },
  `allowed are ${ENTITIES.join(', ')}`,
  { enum: ENTITIES },
);

const prefixSet = cidrSet(
  { cidrGroupRef: 'write the prefixes out', cidrGroupSelector: 'write the prefixes out' },
  false,
);

const IS_NUMBER = /^\d+$/;

const PORT = {
  anyOf: [
    { type: 'string', pattern: '^([0-9]+|[A-Za-z0-9][-A-Za-z0-9]*)$' },
    { type: 'integer', minimum: 0, maximum: 65535 },
  ],
};

/** A port is a number from 0 (any) to 65535, as text or number. Anything else is a name. */
const port = check(PORT, (value, path, report) => {
  const allowed =
    'a number from 1 to 65535, 0 for any port, or a name of at most 15 letters, digits and dashes';
  if (typeof value === 'string' && !IS_NUMBER.test(value)) {
    if (/^-?[\d.]+$/.test(value)) report(path, `port ${value} is not a port number`, allowed);
    else if (!isPortName(value))
      report(path, `port ${JSON.stringify(value.slice(0, 80))} is neither a number nor a name`, allowed);
    return;
  }
  if (typeof value !== 'string' && typeof value !== 'number')
    report(path, `must be a port, not ${describe(value)}`, allowed);
  else if (!Number.isInteger(Number(value)) || Number(value) < 0 || Number(value) > 65535)
    report(path, `port ${value} is out of range`, allowed);
});

const endPort = check({ type: 'integer', minimum: 0, maximum: 65535 }, (value, path, report) => {
  if (typeof value !== 'number' || !Number.isInteger(value))
    report(path, `must be a number, not ${describe(value)}`);
  else if (value < 0 || value > 65535)
    report(path, `endPort ${value} is out of range`, 'from the port to 65535');
});

/** Those that Cilium knows, or that one could expect, and that are no protocols of ports here. */
const OTHER_PROTOCOLS: Readonly<Record<string, string>> = {
  ICMP: 'icmps of a rule names types of ICMP',
  ICMPV6: 'icmps of a rule names types of ICMP',
  VRRP: 'a rule without toPorts allows every protocol',
  IGMP: 'a rule without toPorts allows every protocol',
};

const protocol = check({ type: 'string' }, (value, path, report) => {
  const allowed = `allowed are ${PROTOCOLS.join(', ')}`;
  text(null, allowed)(value, path, report);
  if (typeof value !== 'string' || PROTOCOLS.includes(value.toUpperCase())) return;
  const instead = Object.hasOwn(OTHER_PROTOCOLS, value.toUpperCase())
    ? OTHER_PROTOCOLS[value.toUpperCase()]
    : undefined;
  if (instead === undefined) report(path, `unknown protocol ${JSON.stringify(value.slice(0, 80))}`, allowed);
  else report(path, `protocol ${value} is not supported by this version`, `${allowed}; ${instead}`);
});

const portProtocol: Check = then(
  object({ fields: { port, endPort, protocol }, required: ['port'] }),
  (value, path, report) => {
    const { port: first, endPort: last } = value as { port: string | number; endPort?: number | null };
    // As in Cilium, endPort 0 is an absent one.
    if (!last) return;
    if (!IS_NUMBER.test(String(first))) {
      report([...path, 'endPort'], 'a port by name has no range', 'leave endPort out');
      return;
    }
    if (Number(first) === 0)
      report(
        [...path, 'endPort'],
        'a range cannot begin at port 0, which means any port',
        'begin at 1, or leave endPort out',
      );
    else if (last < Number(first)) report([...path, 'endPort'], `the range ${first}-${last} is reversed`);
  },
);

const PORTS = { ports: list(portProtocol, MAX_PORTS) };
const portRule: Check = object({ fields: { ...PORTS, ...LAYER7_PORT_FIELDS } });
const denyPortRule: Check = object({
  fields: PORTS,
  unsupported: Object.fromEntries(Object.keys(LAYER7_PORT_FIELDS).map((name) => [name, NO_LAYER7])),
});

/** Cilium's own restriction: a rule names its peers in one way. */
function onePeerField(names: readonly string[]) {
  return (value: unknown, path: Path, report: Report): void => {
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

const serviceNames = {
  namespace: text(),
};
const service = exactlyOne(
  ['k8sService', 'k8sServiceSelector'],
  object({
    fields: {
      k8sService: object({ fields: { ...serviceNames, serviceName: text() }, required: ['serviceName'] }),
      k8sServiceSelector: object({ fields: { ...serviceNames, selector }, required: ['selector'] }),
    },
  }),
);

const eitherPortsOrIcmps = (value: unknown, path: Path, report: Report): void => {
  const { toPorts, icmps: types } = value as { toPorts?: unknown[] | null; icmps?: unknown[] | null };
  if (toPorts?.length && types?.length)
    report([...path, 'icmps'], 'toPorts and icmps cannot stand in one rule', 'write a rule for each', true);
};

type Side = 'from' | 'to';
interface RuleKind {
  readonly deny: boolean;
  /** Fields of the ordered rules, each of which is needed. */
  readonly own?: Readonly<Record<string, Check>>;
}

function rule(prefix: Side, { deny, own = {} }: RuleKind): Check {
  const of = (name: string) => prefix + name;
  const egress = prefix === 'to';
  const names = ['Endpoints', 'Entities', 'CIDR', 'CIDRSet', 'Nodes', ...(egress ? ['Services'] : [])].map(
    of,
  );
  const fqdnsToo = egress && !deny;
  const shape = {
    fields: {
      ...own,
      [of('Endpoints')]: list(selector),
      [of('Entities')]: list(entity),
      [of('CIDR')]: list(cidr),
      [of('CIDRSet')]: list(prefixSet),
      [of('Nodes')]: list(selector),
      ...(egress ? { toServices: list(service) } : {}),
      ...(fqdnsToo ? { toFQDNs: fqdns } : {}),
      toPorts: list(deny ? denyPortRule : portRule),
      icmps,
      ...(deny ? {} : { authentication }),
    },
    required: Object.keys(own),
    unsupported: {
      [of('Groups')]: GROUPS,
      [of('Requires')]: 'it was removed from the language; use matchExpressions',
      ...(deny ? { authentication: 'a deny has nobody to authenticate' } : {}),
      ...(egress && deny ? { toFQDNs: 'a deny names no hosts, as in Cilium' } : {}),
    },
  };
  const peers = onePeerField([...names, ...(fqdnsToo ? ['toFQDNs'] : [])]);
  return then(then(object(shape), peers), eitherPortsOrIcmps);
}

const ordered = {
  direction: oneOf('ingress', 'egress'),
  action: oneOf('accept', 'deny', 'pass'),
};
const orderedIngress = rule('from', { deny: true, own: ordered });
const orderedEgress = rule('to', { deny: true, own: ordered });

/** A rule of the ordered `rules`: its peers are `from…` or `to…` by its direction. */
export const orderedRule: Check = check(
  { anyOf: [orderedIngress.schema, orderedEgress.schema] },
  (value, path, report) => {
    const egress = isMapping(value) && value['direction'] === 'egress';
    (egress ? orderedEgress : orderedIngress)(value, path, report);
  },
);

/** What Cilium keeps of a rule for its readers: texts `source:key=value`, or mappings. */
const labelMapping = object({ fields: { key: text(), value: text(), source: text() }, required: ['key'] });
const ruleLabel: Check = check(
  { anyOf: [{ type: 'string' }, labelMapping.schema] },
  (value, path, report) => {
    if (typeof value !== 'string') labelMapping(value, path, report);
    else {
      const wrong = attempt(() => parseLabel(value, 'user'));
      if (wrong) report(path, wrong);
    }
  },
);

export interface SpecKind {
  readonly native: boolean;
  readonly namespaced: boolean;
}

const LISTS = ['ingress', 'ingressDeny', 'egress', 'egressDeny', 'enableDefaultDeny'];

/** Ordered rules, priority and the lists: which of them a tier takes. */
const tierFields = (value: unknown, path: Path, report: Report): void => {
  const tier = ((value as Mapping)['tier'] as string | null | undefined) ?? 'normal';
  const wrong = present(value, tier === 'normal' ? ['priority', 'rules'] : LISTS);
  for (const field of wrong)
    report([...path, field], `${field} cannot stand in tier ${tier}`, tier === 'normal' ? 'choose tier admin or baseline' : 'use the ordered rules', true); // prettier-ignore
  if (tier !== 'normal' && present(value, ['priority']).length === 0) report(path, 'priority is missing');
};

/** One spec of Cilium's schema: subject, rules, isolation; and what native kinds add. */
export function specOf({ native, namespaced }: SpecKind): Check {
  const cluster = native && !namespaced;
  const shape = object({
    fields: {
      description: text(),
      endpointSelector: selector,
      ...(namespaced ? {} : { nodeSelector: selector }),
      ingress: list(rule('from', { deny: false })),
      ingressDeny: list(rule('from', { deny: true })),
      egress: list(rule('to', { deny: false })),
      egressDeny: list(rule('to', { deny: true })),
      enableDefaultDeny: object({ fields: { ingress: boolean, egress: boolean } }),
      labels: list(ruleLabel),
      ...(native ? { enforcement: oneOf('enforce', 'audit'), replaces: text(), expires } : {}),
      ...(cluster
        ? { tier: oneOf('admin', 'normal', 'baseline'), priority: integer(0, 1000), rules: list(orderedRule) }
        : {}),
    },
    unsupported: {
      log: 'flows name the policy and the rule that decided',
      ...(namespaced ? { nodeSelector: 'only cluster-wide policies select nodes' } : {}),
      ...(native
        ? {}
        : { enforcement: 'use the annotation sluice.dev/enforcement', replaces: 'use the annotation sluice.dev/replaces' }),
      ...(cluster ? {} : { tier: 'only ClusterPolicy has tiers', priority: 'only ClusterPolicy has tiers', rules: 'only ClusterPolicy has tiers' }),
    },
  }); // prettier-ignore
  const subjects = namespaced ? ['endpointSelector'] : ['endpointSelector', 'nodeSelector'];
  return then(then(shape, oneSubject(subjects)), tierFields);
}

function oneSubject(names: readonly string[]) {
  return (value: unknown, path: Path, report: Report): void => {
    const found = present(value, names);
    if (found.length === 0) report(path, `${names.join(' or ')} is missing`);
    if (found.length > 1) report([...path, found[1] ?? ''], `${found.join(' and ')} cannot stand together`, null, true); // prettier-ignore
  };
}
