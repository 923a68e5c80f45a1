import type { PolicyRef, Provenance, RuleOrigin } from '../types.js';

/** Canonical text of a provenance: equal ones may share a cookie. */
export function provenanceKey(provenance: Provenance): string {
  if (provenance.type === 'default')
    return JSON.stringify([
      'default',
      provenance.reason,
      provenance.isolating.map((p) => [p.kind, p.scope, p.name]),
    ]);
  return JSON.stringify(
    provenance.rules.map((r) => [r.policy.kind, r.policy.scope, r.policy.name, r.uid, r.rule, r.revision]),
  );
}

function sameOrigin(a: RuleOrigin, b: RuleOrigin): boolean {
  if (a === b) return true;
  const sameRule = a.rule === b.rule && a.uid === b.uid && a.revision === b.revision;
  return sameRule && sameRef(a.policy, b.policy);
}

function sameRef(a: PolicyRef, b: PolicyRef): boolean {
  return a.name === b.name && a.scope === b.scope && a.kind === b.kind;
}

const sameList = <T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean =>
  a.length === b.length && a.every((x, i) => same(x, b[i]!));

/** Whether two may share a cookie: as by their keys, without making texts of them. */
export function sameProvenance(a: Provenance, b: Provenance): boolean {
  if (a === b) return true;
  if (a.type === 'rule') return b.type === 'rule' && sameList(a.rules, b.rules, sameOrigin);
  return b.type === 'default' && a.reason === b.reason && sameList(a.isolating, b.isolating, sameRef);
}
