/**
 * A verdict straight from the internal form, rule by rule: no index, no map. For tests of the engine alone; whether the internal
 * form says what the documents say is the naive evaluator's business.
 */
import {
  IDENTITY,
  isCidr,
  isCluster,
  matches,
  NAMESPACE_LABEL,
  parsePrefix,
  type Labels,
} from '@sluice/labels';
import type { NormalPolicy, NormalRule, Peer, PortMatch } from '../../normal/form.js';
import type {
  DefaultReason,
  NamedPortInput,
  PolicyRef,
  RuleOrigin,
  ServiceInput,
  World,
} from '../../types.js';
import type { Query } from '../evaluate.js';

/** A world whose policies are in the internal form already. */
export type NormalWorld = Omit<World, 'policies'> & { readonly normal: readonly NormalPolicy[] };

export interface DirectAnswer {
  readonly allowed: boolean;
  readonly reason: 'rule' | DefaultReason;
  readonly rules: readonly RuleOrigin[];
}

const isHost = (id: number) => id === 1 || id === 6 || id >= 2 ** 25;
const ENTITY: Readonly<Record<number, string>> = { 1: 'host', 4: 'health', 5: 'init', 6: 'remote-node', 7: 'kube-apiserver', 9: 'world-ipv4', 10: 'world-ipv6', 11: 'unknown' }; // prettier-ignore

function labelsOf(world: NormalWorld, id: number): Labels | null {
  const name = id >= 2 ** 25 ? 'remote-node' : ENTITY[id];
  const reserved = (key: string) => ({ source: 'reserved', key, value: '' }) as const;
  const api = id !== IDENTITY.REMOTE_NODE && world.nodes?.some((n) => n.identity === id && n.apiServer);
  if (name !== undefined) return [reserved(name), ...(api ? [reserved('kube-apiserver')] : [])];
  return world.identities.find((i) => i.id === id)?.labels ?? null;
}

function familyOf(labels: Labels): number {
  return labels.some((l) => l.source === 'cidr' && l.key.includes(':')) ? 6 : 4;
}

function meetsNumber(wanted: number, peer: number, labels: Labels): boolean {
  if (wanted === IDENTITY.ANY || wanted === peer) return true;
  if (wanted === IDENTITY.CLUSTER) return isCluster(peer);
  if (wanted === IDENTITY.REMOTE_NODE) return peer >= 2 ** 25;
  if (wanted === IDENTITY.KUBE_APISERVER) return labels.some((l) => l.key === 'kube-apiserver');
  const family = wanted === IDENTITY.WORLD_IPV4 ? 4 : wanted === IDENTITY.WORLD_IPV6 ? 6 : 0;
  return family !== 0 && isCidr(peer) && familyOf(labels) === family;
}

function meetsService(service: ServiceInput, peer: number, labels: Labels): boolean {
  const has = (key: string, value: string) => labels.some((l) => l.source === 'k8s' && l.key === key && l.value === value); // prettier-ignore
  if (service.selector)
    return (
      has(NAMESPACE_LABEL, service.scope) && Object.entries(service.selector).every(([k, v]) => has(k, v))
    );
  return isCidr(peer) && service.backends.some((b) => labels.some((l) => l.key === parsePrefix(b).text));
}

function meetsPeer(world: NormalWorld, p: Peer, peer: number): boolean {
  const labels = labelsOf(world, peer) ?? [];
  const has = (prefix: string) => labels.some((l) => l.source === 'cidr' && l.key === prefix);
  switch (p.type) {
    case 'identity':
      return meetsNumber(p.identity, peer, labels);
    case 'labels':
      return peer !== IDENTITY.UNKNOWN && labels.length > 0 && matches(p.selector, labels);
    case 'cidr':
      return isCidr(peer) && has(p.prefix) && !p.except.some(has);
    case 'nodes':
      return (world.nodes ?? []).some(
        (n) => n.identity === peer && (p.local || !n.local) && matches(p.selector, n.labels),
      );
    case 'service':
      return (world.services ?? []).some((s) => (p.scope === null || s.scope === p.scope) && s.name === p.name && meetsService(s, peer, labels)); // prettier-ignore
    case 'services':
      return (world.services ?? []).some((s) => (p.scope === null || s.scope === p.scope) && matches(p.selector, s.labels) && meetsService(s, peer, labels)); // prettier-ignore
  }
}

function meetsPort(
  world: NormalWorld,
  rule: NormalRule,
  subject: number,
  q: Query,
  match: PortMatch,
): boolean {
  if (!('name' in match)) {
    if (match.protocol === 0) return true;
    return match.protocol === q.protocol && match.first <= q.port && q.port <= match.last;
  }
  const owner = rule.direction === 'ingress' ? subject : q.peer;
  const lists = world.namedPorts?.get(owner) ?? [];
  const says = (list: readonly NamedPortInput[]) =>
    list.some(
      (p) =>
        p.name === match.name &&
        p.port === q.port &&
        p.protocol === q.protocol &&
        (match.protocol === 0 ? [6, 17, 132].includes(p.protocol) : match.protocol === p.protocol),
    );
  return rule.action === 'deny' ? lists.some(says) : lists.length > 0 && lists.every(says);
}

function inBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const isRef = (a: PolicyRef | null, b: PolicyRef) =>
  a !== null && a.kind === b.kind && a.scope === b.scope && a.name === b.name;

/** The enforced verdict; with `staged` the one that counts staged policies too. */
export function direct(world: NormalWorld, subject: number, q: Query, staged = false): DirectAnswer {
  const because = (allowed: boolean, reason: DefaultReason): DirectAnswer => ({ allowed, reason, rules: [] });
  if (world.mode === 'never') return because(true, 'mode-never');
  const labels = labelsOf(world, subject);
  const node = world.nodes?.find((n) => n.identity === subject);
  const workload = labels !== null && (isCluster(subject) || subject === 5 || subject === 4);
  const heard = world.normal
    .filter((p) => (staged ? !world.normal.some((o) => isRef(o.replaces, p.ref)) : !p.staged))
    .sort((a, b) => a.priority - b.priority || inBytes(a.ref.kind, b.ref.kind) || inBytes(a.ref.scope, b.ref.scope) || inBytes(a.ref.name, b.ref.name)); // prettier-ignore
  const specs = heard.flatMap((policy) =>
    policy.specs
      .filter(({ subject: s }) =>
        s.type === 'nodes'
          ? node && matches(s.selector, node.labels)
          : workload && matches(s.selector, labels),
      )
      .map((spec) => ({ policy, spec })),
  );
  const met = (tier: NormalPolicy['tier']) =>
    specs
      .filter((s) => s.policy.tier === tier)
      .flatMap((s) => s.spec.rules)
      .filter((r) => r.direction === q.direction && r.peers.some((p) => meetsPeer(world, p, q.peer)))
      .filter((r) => r.ports.some((p) => meetsPort(world, r, subject, q, p)));
  const by = (rules: readonly NormalRule[]): DirectAnswer => ({
    allowed: rules[0]!.action === 'allow',
    reason: 'rule',
    rules: rules.map((r) => r.origin),
  });
  const admin = met('admin')[0];
  if (admin && admin.action !== 'pass') return by([admin]);
  for (const action of ['deny', 'allow'] as const) {
    const rules = met('normal').filter((r) => r.action === action);
    if (rules.length > 0) return by(rules);
  }
  if (world.allowLocalHost && q.direction === 'ingress' && q.peer === 1 && !isHost(subject))
    return because(true, 'local-host');
  if (specs.some((s) => s.spec.isolates[q.direction])) return because(false, 'default-deny');
  const baseline = met('baseline')[0];
  if (baseline && baseline.action !== 'pass') return by([baseline]);
  if (isHost(subject)) return because(true, 'default-allow');
  return world.mode === 'default' && workload && subject !== 5
    ? because(true, 'default-allow')
    : because(false, 'default-deny');
}
