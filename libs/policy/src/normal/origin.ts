import type { PolicyRef, RuleOrigin, StoredPolicy } from '../types.js';

/** The name of a policy alone. */
export function refOf({ kind, scope, name }: PolicyRef): PolicyRef {
  return { kind, scope, name };
}

/** Where a rule stands, as in `ingress[0]`. */
export function originOf(stored: StoredPolicy, rule: string): RuleOrigin {
  return { policy: refOf(stored), uid: stored.uid, rule, revision: stored.revision };
}
