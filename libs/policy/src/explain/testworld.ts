import {
  derivedLabels,
  makeLabels,
  NAMESPACE_LABELS_PREFIX,
  prefixOfLabels,
  type Labels,
} from '@sluice/labels';
import { endOf, type End } from '../policytest/refs.js';
import type { Party, TestWorld } from '../policytest/world.js';
import type { World } from '../types.js';
import { connectionSteps, ConnectionError, finish, targetsOf, type ConnectionEnd } from './connection.js';
import { PolicyForms } from '../normal/forms.js';
import { hypothetical, isLabelSet } from './hypothetical.js';
import { shownParty, toResponse, type ShownExplanation } from './response.js';

/** A question to the world of a PolicyTest. Parties are as in `expect`, or labels of workloads that need not exist. */
export interface TraceQuestion {
  readonly from: string;
  readonly to: string;
  readonly fromNamespace: string;
  readonly toNamespace: string;
  readonly protocol: string;
  /** A number, or the name of a port of `to`. */
  readonly port: string;
}

const NODE = 'node-1';

/** Derived labels as the test's own workloads have them. */
function derivedIn(world: World, namespace: string): Labels {
  const given = world.namespaces[namespace] ?? makeLabels([`k8s:kubernetes.io/metadata.name=${namespace}`]);
  const own = derivedLabels({ namespace, cluster: 'default', serviceAccount: 'default' });
  return makeLabels([...own, ...given.map((l) => ({ ...l, key: NAMESPACE_LABELS_PREFIX + l.key }))]);
}

/** The world with one more workload, named by a key that no other has. */
function withParty(world: TestWorld, key: string, text: string, namespace: string): TestWorld {
  const plain = world.world(NODE);
  const identity = hypothetical(text, namespace, {
    identities: plain.identities,
    derived: (name) => derivedIn(plain, name),
  });
  const { id, labels } = identity;
  const known = plain.identities.includes(identity);
  const ports = plain.namedPorts?.get(id)?.[0] ?? [];
  const party: Party = { name: key, node: NODE, identity: id, host: false, labels, ports, families: [] };
  return {
    ...world,
    parties: new Map([...world.parties, [key, party]]),
    world: (node) => {
      const before = world.world(node);
      return known ? before : { ...before, identities: [...before.identities, identity] };
    },
  };
}

function connectionEnd(world: TestWorld, text: string, end: End): ConnectionEnd {
  const { party, variants, subject } = end;
  const identity = party?.identity ?? variants[0]?.identity(NODE) ?? 0;
  const labels = party?.labels ?? world.world(NODE).identities.find((i) => i.id === identity)?.labels ?? [];
  const prefix = party ? null : prefixOfLabels(labels);
  const addresses = [...world.byAddress].flatMap(([address, owner]) => (owner === party ? [address] : []));
  return {
    name: party?.name ?? text,
    shown: shownParty({
      identity,
      labels,
      workloads: party && !party.host && !isLabelSet(text) ? [party.name] : [],
      node: party?.node ?? '',
      ...(prefix ? { prefix: prefix.text } : {}),
    }),
    views: variants,
    subject: subject && { ...subject, ports: party && !party.host ? party.ports : null },
    addresses,
    families: party?.families ?? [],
  };
}

function endIn(world: TestWorld, text: string): ConnectionEnd {
  const end = endOf(world, text);
  if (typeof end === 'string') throw new ConnectionError(end);
  return connectionEnd(world, text, end);
}

const NUMBERS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

function portOf({ port, protocol, to }: TraceQuestion, end: ConnectionEnd): number {
  if (/^\d{1,5}$/.test(port)) return Number(port);
  const named = end.subject?.ports?.find((p) => p.name === port && p.protocol === NUMBERS[protocol]);
  if (named) return named.port;
  throw new ConnectionError(`${to} has no ${protocol} port ${JSON.stringify(port)}`);
}

/** Explains a connection in the world of a PolicyTest. Pure; throws ConnectionError where the question makes no sense. */
export function traceIn(given: TestWorld, question: TraceQuestion): ShownExplanation {
  const { from, to, fromNamespace, toNamespace, protocol } = question;
  // Equal labels are two workloads of one identity, not one workload.
  const keys = {
    from: isLabelSet(from) ? `${from} (source)` : from,
    to: isLabelSet(to) ? `${to} (destination)` : to,
  };
  let world = given;
  if (isLabelSet(from)) world = withParty(world, keys.from, from, fromNamespace);
  if (isLabelSet(to)) world = withParty(world, keys.to, to, toNamespace);
  const source = endIn(world, keys.from);
  const destination = endIn(world, keys.to);
  const targets = targetsOf(protocol, portOf(question, destination));
  const connection = { worldOf: world.world, from: source, to: destination, targets };
  return toResponse(finish(connectionSteps(connection, new PolicyForms())), source, destination);
}
