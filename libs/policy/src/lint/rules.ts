import { IDENTITY } from '@sluice/labels';
import { isMapping, type Mapping } from '../documents/schema.js';
import type { NormalRule } from '../normal/form.js';
import type { Direction } from '../types.js';
import { pathOfRule, pathOfSpec, valueAt, type LintFinding, type LintSpec } from './types.js';

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

const everyPort = ({ ports }: NormalRule) => ports.some((p) => !('name' in p) && p.protocol === 0);
const OUTSIDE: readonly number[] = [IDENTITY.ANY, IDENTITY.WORLD_IPV4, IDENTITY.WORLD_IPV6];
const meetsWorld = ({ peers }: NormalRule) =>
  peers.some((p) => p.type === 'identity' && OUTSIDE.includes(p.identity));

/** `ingress: [{}]` is how Cilium's schema isolates a subject and allows nothing. */
function isIsolation(document: unknown, rule: NormalRule): boolean {
  const path = pathOfRule(rule.origin.rule);
  const written = valueAt(document, path);
  const list = valueAt(document, path.slice(0, -1));
  return isMapping(written) && Object.keys(written).length === 0 && Array.isArray(list) && list.length === 1;
}

function* ofRule({ input }: LintSpec, rule: NormalRule): Generator<LintFinding> {
  const { origin, action, direction, peers, ports } = rule;
  const at = { policy: input.form.ref, rule: origin.rule, path: pathOfRule(origin.rule) };
  if (peers.length === 0 && !isIsolation(input.stored.document, rule)) {
    const message = `the rule has no peers that could be met: it ${action === 'deny' ? 'denies' : 'allows'} nothing`;
    yield { ...at, level: 'warning', code: 'selects-nobody', message, hint: 'in this schema an empty list of peers, and an entity that nobody has, is nobody; leave the field out for anybody' };
  } else if (peers.length > 0 && ports.length === 0) {
    const message = `the rule has no ports that could be met: it ${action === 'deny' ? 'denies' : 'allows'} nothing`;
    yield { ...at, level: 'warning', code: 'selects-nobody', message, hint: 'leave the ports out for every port' };
  }
  if (action !== 'allow' || !everyPort(rule) || !meetsWorld(rule)) return;
  const [level, message] =
    direction === 'ingress'
      ? (['warning', 'the whole world may come in on every port'] as const)
      : (['info', 'the whole world may be reached on every port'] as const);
  yield { ...at, level, code: 'world-open', message, hint: 'name the ports, or the prefixes' };
} // prettier-ignore

/** Directions in which an empty list of rules stands, which does not isolate in Cilium's schema. */
function emptyLists(written: Mapping): Direction[] {
  const isolation = written['enableDefaultDeny'];
  const said = (d: Direction) => isMapping(isolation) && typeof isolation[d] === 'boolean';
  const denies = (d: Direction) => Array.isArray(written[`${d}Deny`]) && (written[`${d}Deny`] as unknown[]).length > 0;
  const empty = (d: Direction) => Array.isArray(written[d]) && (written[d] as unknown[]).length === 0;
  return DIRECTIONS.filter((d) => empty(d) && !denies(d) && !said(d));
} // prettier-ignore

function* ofNetworkPolicy(spec: LintSpec, written: Mapping): Generator<LintFinding> {
  for (const direction of DIRECTIONS) {
    const rules = written[direction];
    if (spec.spec.isolates[direction] || !Array.isArray(rules) || rules.length === 0) continue;
    const type = direction === 'ingress' ? 'Ingress' : 'Egress';
    const message = `policyTypes leaves ${type} out: the ${direction} rules say nothing`;
    const path = [...pathOfSpec(spec), direction];
    const hint = `add ${type} to policyTypes`;
    yield { level: 'warning', code: 'ignored-rules', policy: spec.input.form.ref, rule: '', path, message, hint };
  }
} // prettier-ignore

/** Specs and rules that allow, deny or isolate nothing, and rules that open everything. */
export function* idleRules(spec: LintSpec): Generator<LintFinding> {
  const { input, spec: normal } = spec;
  const path = pathOfSpec(spec);
  const written = valueAt(input.stored.document, path);
  const at = { policy: input.form.ref, rule: '' };
  const isNetworkPolicy = input.form.ref.kind === 'NetworkPolicy';
  const cilium = !isNetworkPolicy && input.form.ref.kind !== 'ClusterNetworkPolicy' && input.form.tier === 'normal';
  for (const rule of normal.rules) yield* ofRule(spec, rule);
  if (!isMapping(written)) return;
  if (isNetworkPolicy) yield* ofNetworkPolicy(spec, written);
  const empty = cilium ? emptyLists(written) : [];
  for (const direction of empty) {
    const message = `an empty list of ${direction} rules does not isolate in this schema`;
    const hint = `write ${direction}: [{}] to isolate and allow nothing, or leave it out`;
    yield { ...at, level: 'warning', code: 'empty-list', path: [...path, direction], message, hint };
  }
  const idle = normal.rules.length === 0 && !normal.isolates.ingress && !normal.isolates.egress;
  if (idle && empty.length === 0)
    yield { ...at, level: 'warning', code: 'no-effect', path, message: 'the policy has no rules and isolates nobody', hint: 'give it rules' };
} // prettier-ignore
