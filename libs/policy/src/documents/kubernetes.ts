import { describe, type Path, type Report } from './issue.js';
import { cidrSet, exactlyOne, integer, isPortName, oneOf, present } from './fields.js';
import { NEED } from './layer7.js';
import { kubernetesSelector } from './selector.js';
import { check, list, needing, object, text, then, type Check } from './schema.js';

const peer: Check = then(
  object({
    fields: {
      podSelector: kubernetesSelector,
      namespaceSelector: kubernetesSelector,
      ipBlock: cidrSet({}, true),
    },
  }),
  (value, path, report) => {
    const found = present(value, ['podSelector', 'namespaceSelector', 'ipBlock']);
    if (found.length === 0) report(path, 'one of podSelector, namespaceSelector, ipBlock is missing');
    if (found.includes('ipBlock') && found.length > 1)
      report([...path, 'ipBlock'], 'ipBlock cannot stand beside selectors', 'write a peer for each', true);
  },
);

const portNumber = integer(1, 65535);

const portOrName: Check = check({ type: ['integer', 'string'] }, (value, path, report) => {
  if (typeof value !== 'string') portNumber(value, path, report);
  else if (!isPortName(value) || value !== value.toLowerCase())
    report(
      path,
      `port ${JSON.stringify(value.slice(0, 80))} is no name of a port`,
      /^\d+$/.test(value) ? 'write a number without quotes' : 'at most 15 lower-case letters, digits and "-"',
    );
});

const port: Check = then(
  object({ fields: { protocol: oneOf('TCP', 'UDP', 'SCTP'), port: portOrName, endPort: portNumber } }),
  (value, path, report) => {
    const { port: first, endPort: last } = value as { port?: unknown; endPort?: number | null };
    if (last === undefined || last === null) return;
    const at = [...path, 'endPort'];
    if (typeof first !== 'number')
      report(at, `endPort needs a port number, not ${first == null ? 'an absent port' : describe(first)}`);
    else if (last < first) report(at, `the range ${first}-${last} is reversed`);
  },
);

const rule = (peers: 'from' | 'to') => object({ fields: { [peers]: list(peer), ports: list(port) } });

/** The spec of a NetworkPolicy. */
export const networkPolicySpec: Check = object({
  fields: {
    podSelector: kubernetesSelector,
    policyTypes: list(oneOf('Ingress', 'Egress'), 2),
    ingress: list(rule('from')),
    egress: list(rule('to')),
  },
});

/** Limits of the ClusterNetworkPolicy API. */
const MAX = 25;

/** A list that must have an item. */
function some(item: Check): Check {
  return then(list(item, MAX), (value, path, report) => {
    if ((value as unknown[]).length === 0) report(path, 'must have at least one item');
  });
}

const pods = object({
  fields: { namespaceSelector: kubernetesSelector, podSelector: kubernetesSelector },
  required: ['namespaceSelector', 'podSelector'],
});
const byPods = { namespaces: kubernetesSelector, pods };
const subject = exactlyOne(['namespaces', 'pods'], object({ fields: byPods }));

const network: Check = check({ type: 'string' }, (value, path, report) => {
  cidrSet({}, false)({ cidr: value }, path.slice(0, -1), (_path, message, hint) =>
    report(path, message, hint),
  );
});

/** A name, or `*.` before one: every name below it (network-policy-api). */
const domainName = text((v) =>
  v.length <= 253 && /^(\*\.)?[a-z0-9][-a-z0-9.]*[a-z0-9]$/.test(v) && !v.includes('..')
    ? null
    : `${JSON.stringify(v.slice(0, 80))} is no name of a host`,
);

const egressPeer = exactlyOne(
  ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'],
  object({
    fields: {
      ...byPods,
      nodes: kubernetesSelector,
      networks: some(network),
      domainNames: needing(NEED.dns, some(domainName)),
    },
  }),
);

const destinationPort = exactlyOne(
  ['number', 'range'],
  object({
    fields: {
      number: portNumber,
      range: then(
        object({ fields: { start: portNumber, end: portNumber }, required: ['start', 'end'] }),
        (value, path, report) => {
          const { start, end } = value as { start: number; end: number };
          const at = [...path, 'end'];
          if (end < start) report(at, `the range ${start}-${end} is reversed`);
          else if (end === start) report(at, `the range ${start}-${end} is one port`, 'use number');
        },
      ),
    },
  }),
);

const transport = object({ fields: { destinationPort } });
const protocol = exactlyOne(
  ['tcp', 'udp', 'sctp', 'destinationNamedPort'],
  object({
    fields: {
      tcp: transport,
      udp: transport,
      sctp: transport,
      destinationNamedPort: text((v) => (isPortName(v) ? null : `${JSON.stringify(v.slice(0, 80))} is no name of a port`)),
    },
  }),
); // prettier-ignore

/** Nodes and networks have no names of ports: a rule for them by such a name would never apply, not even a Deny. */
const namesNeedPods = (value: unknown, path: Path, report: Report): void => {
  const { to, protocols } = value as { to?: unknown[] | null; protocols?: unknown[] | null };
  const at = (to ?? []).findIndex((p) => present(p, ['nodes', 'networks']).length > 0);
  if (at >= 0 && protocols?.some((p) => present(p, ['destinationNamedPort']).length > 0))
    report([...path, 'to', at], 'nodes and networks have no ports by name', 'write a rule for each');
};

/** One rule of a ClusterNetworkPolicy. */
export function clusterRule(direction: 'ingress' | 'egress'): Check {
  const peers = direction === 'ingress' ? 'from' : 'to';
  const shape = object({
    fields: {
      name: text((v) => (v.length <= 100 ? null : 'the name is longer than 100 characters')),
      action: oneOf('Accept', 'Deny', 'Pass'),
      [peers]: some(direction === 'ingress' ? subject : egressPeer),
      protocols: some(protocol),
    },
    required: ['action', peers],
  });
  return then(shape, namesNeedPods);
}

/** The subject of a ClusterNetworkPolicy. */
export const clusterSubject: Check = subject;

/** The spec of a ClusterNetworkPolicy. */
export const clusterNetworkPolicySpec: Check = object({
  fields: {
    tier: oneOf('Admin', 'Baseline'),
    priority: integer(0, 1000),
    subject,
    ingress: list(clusterRule('ingress'), MAX),
    egress: list(clusterRule('egress'), MAX),
  },
  required: ['tier', 'priority', 'subject'],
});
