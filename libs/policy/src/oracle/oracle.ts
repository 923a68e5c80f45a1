/**
 * The naive evaluator: a verdict straight from the documents, written to be read beside the rules of POLICY, with no index and
 * no map. It shares nothing with the engine but the documents' types; where the two differ, one of them is wrong.
 */
import type { PolicyDocument } from '../documents/types.js';
import type { DefaultReason, StoredPolicy, World } from '../types.js';
import { readCilium } from './cilium.js';
import { readCluster } from './cluster.js';
import { readKubernetes } from './kubernetes.js';
import { isHost, labelsOf } from './labels.js';
import type { OracleAnswer, OracleQuestion } from './question.js';
import type { Ask, Reading, ReadRule, Tier } from './reading.js';

/** One policy as the rules that it means; a document with `specs` has several subjects. Valid documents only. */
export function readPolicy(policy: StoredPolicy): Reading[] {
  const document = policy.document as PolicyDocument;
  switch (document.kind) {
    case 'NetworkPolicy':
      return readKubernetes(policy, document);
    case 'ClusterNetworkPolicy':
      return readCluster(policy, document);
    case 'Policy':
    case 'ClusterPolicy':
    case 'CiliumNetworkPolicy':
    case 'CiliumClusterwideNetworkPolicy':
      return readCilium(policy, document);
  }
}

interface Met {
  readonly rule: ReadRule;
  readonly name: string;
  readonly features: readonly string[];
}

function inBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** POLICY "Order": priority, then kind, scope and name in byte order; the order within a document stays. */
function inOrder(a: Reading, b: Reading): number {
  return (
    a.priority - b.priority ||
    inBytes(a.policy.kind, b.policy.kind) ||
    inBytes(a.policy.scope, b.policy.scope) ||
    inBytes(a.policy.name, b.policy.name)
  );
}

function dialectOf(kind: string): string {
  if (kind === 'NetworkPolicy' || kind === 'ClusterNetworkPolicy') return kind;
  return kind.startsWith('Cilium') ? 'cilium' : 'native';
}

/** The rules of one tier that meet the packet, in their order (that of the readings). */
function metRules(readings: readonly Reading[], tier: Tier, ask: Ask): Met[] {
  return readings
    .filter((r) => r.tier === tier)
    .flatMap(({ policy, rules }) =>
      rules.flatMap((rule) => {
        if (rule.direction !== ask.question.direction) return [];
        const [peer, port] = [rule.meetsPeer(ask), rule.meetsPort(ask)];
        if (peer === null || port === null) return [];
        const name = `${policy.kind}/${policy.scope}/${policy.name} ${rule.name}`;
        const where = policy.scope === '_cluster' ? 'cluster-wide' : 'namespaced';
        return [{ rule, name, features: [peer, port, where, `tier-${tier}`, dialectOf(policy.kind)] }];
      }),
    );
}

function decided(
  met: readonly Met[],
  allowed: boolean,
  question: OracleQuestion,
  passed: boolean,
): OracleAnswer {
  const tags = new Set([allowed ? 'allow' : 'deny', ...met.flatMap((m) => m.features)]);
  if (passed) tags.add('after-pass');
  if (isHost(question.subject)) tags.add('host-policy');
  if (question.protocol === 132) tags.add('sctp');
  return { allowed, rules: met.map((m) => m.name), reason: 'rule', features: [...tags] };
}

function without(allowed: boolean, reason: DefaultReason, ...features: string[]): OracleAnswer {
  return { allowed, rules: [], reason, features: [reason, ...features] };
}

/** POLICY 1: the first Accept or Deny of a tier is final; Pass, or nothing, goes on. */
function firstOf(met: readonly Met[], question: OracleQuestion): OracleAnswer | 'pass' | null {
  const [first] = met;
  if (!first) return null;
  if (first.rule.action === 'pass') return 'pass';
  return decided([first], first.rule.action === 'allow', question, false);
}

function judge(world: World, readings: readonly Reading[], question: OracleQuestion): OracleAnswer {
  const { subject, peer, direction } = question;
  // POLICY "How a verdict is reached", 1: self, then infrastructure; mode `never` skips the rest.
  if (question.self) return without(true, 'self');
  if (question.infrastructure && isHost(subject)) return without(true, 'infrastructure');
  if (world.mode === 'never') return without(true, 'mode-never');
  const labels = labelsOf(world, subject);
  const ask: Ask = { world, question, peerLabels: labelsOf(world, peer) ?? [] };
  const ours = readings.filter((r) => r.selectsSubject(world, subject));

  // (1) Admin rules.
  const admin = firstOf(metRules(ours, 'admin', ask), question);
  if (admin !== null && admin !== 'pass') return admin;

  // (2) Normal: a deny, else an allow, else the isolation.
  const normal = metRules(ours, 'normal', ask);
  const denies = normal.filter((m) => m.rule.action === 'deny');
  if (denies.length > 0) return decided(denies, false, question, admin === 'pass');
  const allows = normal.filter((m) => m.rule.action === 'allow');
  if (allows.length > 0) return decided(allows, true, question, admin === 'pass');
  // POLICY 3: an implicit normal allow for the local host, which only a deny beats.
  if (world.allowLocalHost && direction === 'ingress' && peer === 1 && !isHost(subject))
    return without(true, 'local-host');
  if (ours.some((r) => r.isolates[direction]))
    return without(false, 'default-deny', 'isolated', ...(isHost(subject) ? ['host-isolated'] : []));

  // (3) Baseline rules.
  const baseline = firstOf(metRules(ours, 'baseline', ask), question);
  if (baseline !== null && baseline !== 'pass') return baseline;

  // (4) Mode; hosts are isolated by policies only (POLICY 3), a workload without labels ends in deny.
  const spared = ours.some((r) => r.spares[direction]) ? ['enable-default-deny-false'] : [];
  if (isHost(subject)) return without(true, 'default-allow', ...spared);
  if (world.mode === 'always' || subject === 5 || !labels) return without(false, 'default-deny');
  return without(true, 'default-allow', ...spared);
}

/** Both verdicts of a world: the enforced one, and the one with staged policies counted too (POLICY 9). Valid documents only. */
export interface Oracle {
  /** Whether any policy is staged, so that the two verdicts can differ at all. */
  readonly hasStaged: boolean;
  ask(question: OracleQuestion): OracleAnswer;
  askStaged(question: OracleQuestion): OracleAnswer;
}

/** Reads the documents of a world once, for many questions. */
export function oracleOf(world: World): Oracle {
  const all = world.policies.flatMap(readPolicy).sort(inOrder);
  const enforced = all.filter((r) => !r.staged);
  const replaced = all.map((r) => r.replaces);
  const staged = all.filter(
    ({ policy: { kind, scope, name } }) => !replaced.includes(`${kind}/${scope}/${name}`),
  );
  return {
    hasStaged: enforced.length < all.length,
    ask: (question) => judge(world, enforced, question),
    askStaged: (question) => judge(world, staged, question),
  };
}

/** The enforced verdict of one side of a connection. Valid documents only. */
export function oracle(world: World, question: OracleQuestion): OracleAnswer {
  return oracleOf(world).ask(question);
}
