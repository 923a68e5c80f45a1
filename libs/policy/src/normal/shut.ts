import { IDENTITY } from '@sluice/labels';
import {
  clusterRule as checkClusterRule,
  clusterSubject as checkClusterSubject,
} from '../documents/kubernetes.js';
import { orderedRule as checkOrderedRule } from '../documents/rule.js';
import { isMapping, type Check, type Mapping } from '../documents/schema.js';
import { kubernetesSelector, selector } from '../documents/selector.js';
import type {
  ClusterRuleDocument,
  ClusterSubjectDocument,
  OrderedRuleDocument,
  SpecDocument,
} from '../documents/types.js';
import type { Direction, StoredPolicy } from '../types.js';
import { orderedRule, subjectOf } from './cilium.js';
import type { NormalPolicy, NormalRule, NormalSpec, PolicyTier } from './form.js';
import { clusterRule, clusterSubject } from './kubernetes.js';
import { originOf } from './origin.js';
import { ANY_PORT, identities, inNamespace, podSelector } from './shared.js';

/** What a refused document becomes. */
export type Shut = Pick<NormalPolicy, 'tier' | 'priority' | 'specs'>;

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];
const NEVER: Readonly<Record<Direction, boolean>> = { ingress: false, egress: false };
const normal = (specs: readonly NormalSpec[]): Shut => ({ tier: 'normal', priority: 0, specs });
const there = (value: unknown) => value !== undefined && value !== null;

function sound(check: Check, value: unknown): boolean {
  let fine = true;
  check(value, [], () => (fine = false));
  return fine;
}

function shutCilium(stored: StoredPolicy, spec: Mapping): NormalSpec[] {
  const { endpointSelector, nodeSelector } = spec;
  const chosen = there(endpointSelector) ? endpointSelector : nodeSelector;
  if (!sound(selector, chosen)) return []; // the subject itself cannot be read; the errors of the document tell why
  const has = (d: Direction) => [d, `${d}Deny`].some((k) => there(spec[k]));
  const isolates = { ingress: has('ingress'), egress: has('egress') };
  const named = (there(endpointSelector) ? { endpointSelector } : { nodeSelector }) as SpecDocument;
  return [{ subject: subjectOf(stored.scope, named), isolates, rules: [] }];
}

function shutNetworkPolicy(stored: StoredPolicy, spec: Mapping): NormalSpec[] {
  const pods = spec['podSelector'] ?? {};
  if (!sound(kubernetesSelector, pods)) return [];
  const types = spec['policyTypes'];
  const known = Array.isArray(types) && types.length > 0;
  const said = (type: string) => known && (types as unknown[]).includes(type);
  // Types that cannot be read might have been any.
  const unclear =
    there(types) && !(Array.isArray(types) && types.every((t) => t === 'Ingress' || t === 'Egress'));
  const isolates = {
    ingress: unclear || !known || said('Ingress'),
    egress: unclear || (known ? said('Egress') : there(spec['egress'])),
  };
  const subject = { type: 'workloads' as const, selector: podSelector(pods, inNamespace(stored.scope)) };
  return [{ subject, isolates, rules: [] }];
}

interface Reader {
  readonly check: Check;
  readonly read: (rule: unknown, index: number) => NormalRule;
}

/**
 * The rules of a tier, sound ones as they are. Of the others an accept is left out; a deny, a pass and an action that cannot be
 * read deny everybody. Where the tier or the order is unknown, no accept counts.
 */
function tierRules(
  stored: StoredPolicy,
  direction: Direction,
  name: string,
  list: unknown,
  trusted: boolean,
  { check, read }: Reader,
): NormalRule[] {
  const denyAll = (at: string): NormalRule => ({
    direction,
    action: 'deny',
    peers: identities(IDENTITY.ANY),
    ports: [ANY_PORT],
    origin: originOf(stored, at),
  });
  if (!there(list)) return [];
  if (!Array.isArray(list)) return [denyAll(name)];
  return (list as unknown[]).flatMap((rule, i) => {
    if (sound(check, rule)) {
      const one = read(rule, i);
      if (trusted || one.action === 'deny') return [one];
    }
    const action = isMapping(rule) ? rule['action'] : null;
    return action === 'Accept' || action === 'accept' ? [] : [denyAll(`${name}[${i}]`)];
  });
}

function placeOf(spec: Mapping): {
  readonly tier: PolicyTier;
  readonly priority: number;
  readonly trusted: boolean;
} {
  const tier = String(spec['tier']).toLowerCase();
  const priority = spec['priority'];
  const known = tier === 'admin' || tier === 'baseline';
  const ordered =
    typeof priority === 'number' && Number.isInteger(priority) && priority >= 0 && priority <= 1000;
  if (known && ordered) return { tier, priority, trusted: true };
  return { tier: tier === 'baseline' ? 'baseline' : 'admin', priority: 0, trusted: false };
}

function shutCluster(stored: StoredPolicy, spec: Mapping): Shut {
  const { tier, priority, trusted } = placeOf(spec);
  if (!sound(checkClusterSubject, spec['subject'])) return { tier, priority, specs: [] };
  const rules = DIRECTIONS.flatMap((d) =>
    tierRules(stored, d, d, spec[d], trusted, {
      check: checkClusterRule(d),
      read: (rule, i) => clusterRule(stored, d, rule as ClusterRuleDocument, i),
    }),
  );
  const subject = clusterSubject(spec['subject'] as ClusterSubjectDocument);
  return { tier, priority, specs: [{ subject, isolates: NEVER, rules }] };
}

function shutOrdered(stored: StoredPolicy, spec: Mapping): Shut {
  const { tier, priority, trusted } = placeOf(spec);
  const [isolating] = shutCilium(stored, spec);
  if (!isolating) return { tier, priority, specs: [] };
  const { subject } = isolating;
  const { rules } = spec;
  // A rule whose direction cannot be read might have been either.
  const read = (d: Direction) => {
    const other = d === 'ingress' ? 'egress' : 'ingress';
    const own = Array.isArray(rules)
      ? (rules as unknown[]).map((r) => (isMapping(r) && r['direction'] === other ? { action: 'accept' } : r))
      : rules;
    return tierRules(stored, d, 'rules', own, trusted, {
      check: checkOrderedRule,
      read: (rule, i) => orderedRule(stored, subject, rule as OrderedRuleDocument, i),
    });
  };
  return { tier, priority, specs: [{ subject, isolates: NEVER, rules: DIRECTIONS.flatMap(read) }] };
}

/**
 * A policy that cannot be compiled must not open what it was to close: its subject, if that can be read, is isolated in the
 * directions that the document has rules for, and nothing is allowed. In the admin and baseline tiers, which do not isolate, rules
 * that cannot be read allow nothing, or deny everything.
 */
export function shut(stored: StoredPolicy): Shut {
  if (!isMapping(stored.document)) return normal([]);
  const { spec, specs, kind } = stored.document;
  if (kind === 'NetworkPolicy') return normal(isMapping(spec) ? shutNetworkPolicy(stored, spec) : []);
  if (kind === 'ClusterNetworkPolicy') return shutCluster(stored, isMapping(spec) ? spec : {});
  if (isMapping(spec) && kind === 'ClusterPolicy' && there(spec['tier']) && spec['tier'] !== 'normal')
    return shutOrdered(stored, spec);
  const all = [spec, ...(Array.isArray(specs) ? (specs as unknown[]) : [])].filter(isMapping);
  return normal(all.flatMap((s) => shutCilium(stored, s)));
}
