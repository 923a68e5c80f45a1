import type { Labels } from '@sluice/labels';
import type { Direction, StoredPolicy, World } from '../types.js';
import type { OracleQuestion } from './question.js';

/** A packet and what is known of its peer. */
export interface Ask {
  readonly world: World;
  readonly question: OracleQuestion;
  readonly peerLabels: Labels;
}

export type Action = 'allow' | 'deny' | 'pass';

/** One rule of any dialect. The two questions answer with the feature by which it meets the packet, or null where it does not. */
export interface ReadRule {
  readonly direction: Direction;
  readonly action: Action;
  /** As in `ingress[0]`. */
  readonly name: string;
  readonly meetsPeer: (ask: Ask) => string | null;
  readonly meetsPort: (ask: Ask) => string | null;
}

export type Tier = 'admin' | 'normal' | 'baseline';

/** One subject with its rules, read from a document of any dialect. */
export interface Reading {
  readonly policy: StoredPolicy;
  readonly tier: Tier;
  readonly priority: number;
  readonly staged: boolean;
  /** The policy that a staged one replaces, as kind/scope/name. */
  readonly replaces: string | null;
  readonly selectsSubject: (world: World, subject: number) => boolean;
  /** Whether traffic of this direction that nothing allows is denied. */
  readonly isolates: Readonly<Record<Direction, boolean>>;
  /** Whether the document says that it does not isolate. */
  readonly spares: Readonly<Record<Direction, boolean>>;
  /** In the order of the document. */
  readonly rules: readonly ReadRule[];
}

export const NEVER: Readonly<Record<Direction, boolean>> = { ingress: false, egress: false };

/** POLICY 9: a staged policy may stand in for another of its namespace; the kind is its own where none is written. */
export function replacedName(
  { kind, scope }: StoredPolicy,
  written: string | null | undefined,
): string | null {
  if (!written) return null;
  const [first = '', second] = written.split('/');
  return second === undefined ? `${kind}/${scope}/${first}` : `${first}/${scope}/${second}`;
}

/** POLICY 9: the annotation stages a policy of any dialect. */
export function annotatedAudit(metadata: {
  readonly annotations?: Readonly<Record<string, string>> | null;
}): boolean {
  return metadata.annotations?.['sluice.dev/enforcement'] === 'audit';
}
