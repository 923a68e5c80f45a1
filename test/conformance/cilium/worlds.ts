/**
 * Random worlds for Cilium's own policy engine: documents as Cilium reads them, identities with its labels, and packets with the
 * naive evaluator's verdict. What Sluice means to do otherwise is left out, and nothing else.
 */
import { prefixOfLabels } from '@sluice/labels';
import { oracleOf, type OracleQuestion, type StoredPolicy, type World } from '@sluice/policy';
import {
  Random,
  randomQuestion,
  randomWorld,
  subjectsOf,
  type WorldFeature,
} from '@sluice/policy/testing/worlds';

/** Features that Cilium's engine can be asked about with its documents alone. */
export const COMPARED: readonly WorldFeature[] = [
  'kubernetes',
  'named-ports',
  'icmp',
  'nodes',
  'local-host',
  'entities',
];

type Json = Record<string, unknown>;
const DIRECTIONS = ['ingress', 'egress'] as const;
const LISTS = ['ingress', 'egress', 'ingressDeny', 'egressDeny'];
const filled = (value: unknown) => Array.isArray(value) && value.length > 0;

/** Every mapping of a value, rewritten. */
function rewrite(value: unknown, one: (mapping: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, one));
  if (typeof value !== 'object' || value === null) return value;
  return one(Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rewrite(v, one)])));
}

/** Difference: type 0 is every type in Cilium. */
function withoutTypeZero(mapping: Json): Json {
  const zero = mapping['type'] === 'EchoReply' && mapping['family'] !== 'IPv6';
  return zero || String(mapping['type']) === '0' ? { ...mapping, type: 5 } : mapping;
}

/** Difference: default deny that is asked for in a direction without rules has no effect in Cilium. */
function withoutBareDefaultDeny(spec: Json): Json {
  const { enableDefaultDeny, ...rest } = spec;
  const has = (d: string) => filled(spec[d]) || filled(spec[`${d}Deny`]);
  const kept = Object.entries((enableDefaultDeny as Json | undefined) ?? {}).filter(([d]) => has(d));
  return kept.length > 0 ? { ...rest, enableDefaultDeny: Object.fromEntries(kept) } : rest;
}

/** The API server fills policyTypes in before Cilium sees them, but does not take rules away that they leave out. */
function asServed(spec: Json): Json {
  const types = spec['policyTypes'];
  if (!filled(types)) return spec;
  const left = DIRECTIONS.filter(
    (d) => !(types as string[]).includes(d === 'ingress' ? 'Ingress' : 'Egress'),
  );
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !left.includes(key as 'ingress')));
}

/** A document without what is known to differ; null where nothing remains, which Cilium refuses and Sluice takes for no rule. */
function comparable(policy: StoredPolicy): StoredPolicy | null {
  const document = rewrite(policy.document, withoutTypeZero) as Json;
  const { spec, specs, ...rest } = document;
  if (policy.kind === 'NetworkPolicy')
    return { ...policy, document: { ...document, spec: asServed(spec as Json) } };
  const useful = (s: Json) => LISTS.some((list) => filled(s[list]));
  const one = [spec]
    .filter(Boolean)
    .map((s) => withoutBareDefaultDeny(s as Json))
    .filter(useful);
  const many = ((specs as Json[] | undefined) ?? []).map(withoutBareDefaultDeny).filter(useful);
  if (one.length + many.length === 0) return null;
  const kept = { ...rest, ...(one[0] ? { spec: one[0] } : {}), ...(many.length > 0 ? { specs: many } : {}) };
  return { ...policy, document: kept };
}

/** Cilium's engine for tests has no named ports of SCTP. */
function withoutSctpNames(world: World): World {
  if (!world.namedPorts) return world;
  const lists = [...world.namedPorts].map(
    ([id, ports]) => [id, ports.map((list) => list.filter((p) => p.protocol !== 132))] as const,
  );
  return { ...world, namedPorts: new Map(lists) };
}

const LOOSE = /"namespaceSelector":\{[^}]*"operator":"(NotIn|DoesNotExist)"/;
const isNobodysPod = (peer: number) => peer < 256 || peer >= 2 ** 24;

/** Whether Cilium's engine can be asked, and means to answer the same. */
function askable(world: World, question: OracleQuestion, loose: boolean): boolean {
  const { subject, peer, direction, ports } = question;
  // An identity that nobody has; one that is a remote node too in Cilium; a node whose labels are not known.
  if (peer === 11 || peer === 7 || (world.nodes && peer === 6)) return false;
  // Difference: a namespaceSelector without a label meets what is no pod in Cilium.
  if (loose && isNobodysPod(peer)) return false;
  // Difference: ports by name on egress. On ingress one list is asked about.
  if (
    world.namedPorts &&
    (direction === 'egress' || ports || (world.namedPorts.get(subject) ?? []).length > 1)
  )
    return false;
  return portOf(question) !== 0;
}

const portOf = ({ protocol, port }: OracleQuestion) => (protocol === 1 || protocol === 58 ? port >> 8 : port);

const CLUSTER = ['k8s', 'io.cilium.k8s.policy.cluster', 'default'];

function identitiesOf(world: World) {
  const known = world.identities.map(({ id, labels }) => ({
    id,
    prefix: id >= 2 ** 24 ? prefixOfLabels(labels)!.text : '',
    labels: [...labels.map((l) => [l.source, l.key, l.value]), CLUSTER],
  }));
  const nodes = (world.nodes ?? []).filter((n) => !n.local);
  const remote = nodes.map(({ identity, labels }) => ({
    id: identity,
    prefix: '',
    labels: [...labels.map((l) => [l.source, l.key, l.value]), ['reserved', 'remote-node', '']],
  }));
  return [...known, ...remote];
}

/** As Cilium reads it: its version, and ports as texts. */
function ciliumDocument(policy: StoredPolicy): Json {
  const document = policy.document as Json;
  if (policy.kind === 'NetworkPolicy') return document;
  const textual = (m: Json) => ('port' in m ? { ...m, port: String(m['port']) } : m);
  return { ...(rewrite(document, textual) as Json), apiVersion: 'cilium.io/v2' };
}

/** The world of a seed for Cilium's engine, with what Sluice answers. */
export function ciliumWorld(seed: number, features: readonly WorldFeature[], packets: number) {
  const r = new Random(seed);
  const random = withoutSctpNames(randomWorld(r, features));
  const policies = random.policies.map(comparable).filter((p) => p !== null);
  const world = { ...random, policies };
  const loose = policies.some((p) => LOOSE.test(JSON.stringify(p.document)));
  const oracle = oracleOf(world);
  const subjects = subjectsOf(world);
  const asked = Array.from({ length: packets }, () => randomQuestion(r, world, r.pick(subjects)));
  const questions = asked
    .filter((question) => askable(world, question, loose))
    .map((question) => {
      const { subject, peer, direction, protocol, family } = question;
      const { allowed, reason, rules } = oracle.ask(question);
      const why = `${reason} ${rules.join(', ')}, IPv${family}`;
      return { subject, peer, direction, protocol, port: portOf(question), allowed, why };
    });
  const ports = [...(world.namedPorts ?? [])].flatMap(([id, [only, second]]) =>
    only && !second ? [[id, only]] : [],
  );
  return {
    name: `seed ${seed}`,
    mode: world.mode,
    allowLocalHost: world.allowLocalHost ?? false,
    identities: identitiesOf(world),
    ports: Object.fromEntries(ports) as Json,
    policies: policies.map((p) => ({
      kind: p.kind,
      scope: p.scope,
      name: p.name,
      document: ciliumDocument(p),
    })),
    questions,
  };
}
