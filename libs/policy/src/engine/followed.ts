import type { NamedPortInput } from '../types.js';
import type { SubjectState } from './subject.js';

/** Which of a subject's classes: with staged policies counted too (POLICY 9), for workloads with exactly these ports (POLICY 7). */
export interface Variant {
  readonly staged?: boolean;
  readonly ports?: readonly NamedPortInput[];
}

/** A class that somebody has asked for, and what is known of it. */
export interface Followed {
  readonly subject: number;
  readonly variant: Variant;
  /** Holds its peers also while it is stale, so that those which the next one needs too are not lost. */
  state: SubjectState | null;
  /** The last change that asked for a new state, and the last one that `state` knows of. */
  staleAt: number;
  builtAt: number;
  /** How often a state for it is being built now. */
  building: number;
  forgotten: boolean;
}

/** Whether it must be built anew. */
export function isStale({ state, staleAt, builtAt }: Followed): boolean {
  return !state || staleAt > builtAt;
}

/** Equal variants and only those have equal keys. */
export function variantKey({ staged, ports }: Variant): string {
  if (!ports) return staged ? 'staged' : '';
  return JSON.stringify([staged ?? false, ports.map((p) => [p.name, p.protocol, p.port])]);
}
