import type { Path } from '../documents/issue.js';
import type { NormalPolicy, NormalRule, NormalSpec } from '../normal/form.js';
import type { PolicyRef, StoredPolicy } from '../types.js';

/** `error`: what is written can never do what it says; `warning`: it hardly does; `info`: worth a look. */
export type LintLevel = 'error' | 'warning' | 'info';

/** Kinds of findings; docs/cli.md explains each. */
export type LintCode =
  | 'invalid-document'
  | 'contradictory-selector'
  | 'shadowed-rule'
  | 'selects-nobody'
  | 'no-effect'
  | 'empty-list'
  | 'ignored-rules'
  | 'equal-priority'
  | 'deprecated-spelling'
  | 'world-open'
  | 'port-zero'
  | 'odd-port-name'
  | 'selects-nothing'
  | 'missing-service'
  | 'unknown-namespace'
  | 'unused-rule'
  | 'incomplete';

/** One thing that is odd about a policy. */
export interface LintFinding {
  readonly level: LintLevel;
  readonly code: LintCode;
  /** Null where the document could not be read. */
  readonly policy: PolicyRef | null;
  /** As in `ingress[0]`; empty: the policy as a whole. */
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
  /** Where it stands in the document. */
  readonly path: Path;
}

/** A policy that is looked at. */
export interface LintInput {
  readonly stored: StoredPolicy;
  readonly form: NormalPolicy;
  /** False: it is there to be compared with, and nothing is told of it. */
  readonly told: boolean;
}

/** One spec of a policy, with its place. */
export interface LintSpec {
  readonly input: LintInput;
  readonly index: number;
  readonly spec: NormalSpec;
  /** A staged policy stands in for it, so that it does not count in staged verdicts. */
  readonly replaced: boolean;
}

/** The path of a rule that is named as in `specs[1].ingressDeny[2]`. */
export function pathOfRule(rule: string): Path {
  const steps = rule.split('.').flatMap((part): Path => {
    const [, name, index] = /^(\w+)\[(\d+)\]$/.exec(part) ?? [];
    return name === undefined ? [part] : [name, Number(index)];
  });
  return steps[0] === 'specs' ? steps : ['spec', ...steps];
}

/** The path of a spec. A document with both has `spec` first. */
export function pathOfSpec({ input: { stored }, index }: LintSpec): Path {
  const { spec, specs } = stored.document as { spec?: unknown; specs?: unknown };
  if (!Array.isArray(specs)) return ['spec'];
  const own = spec === undefined || spec === null ? index : index - 1;
  return own < 0 ? ['spec'] : ['specs', own];
}

/** What stands at a path of a document; undefined where nothing does. */
export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

/** `Policy/shop/web ingress[0]` */
export function ruleName({ origin: { policy, rule } }: NormalRule): string {
  return `${policy.kind}/${policy.scope}/${policy.name} ${rule}`;
}
