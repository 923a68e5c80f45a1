import type { DefaultReason, Direction, NamedPortInput } from '../types.js';

/** One packet: who has the policy, who is the peer, where to. */
export interface OracleQuestion {
  readonly subject: number;
  readonly peer: number;
  readonly family: 4 | 6;
  readonly direction: Direction;
  /** IANA number. */
  readonly protocol: number;
  /** Of the destination; ICMP: type << 8 | code. */
  readonly port: number;
  /** Both ends are the same endpoint. */
  readonly self?: boolean;
  /** Overlay, store, control plane or agent port between known nodes; the subject is a host. */
  readonly infrastructure?: boolean;
  /** The named ports of this very subject, where the workloads of its identity differ; else what the world says of the identity. */
  readonly ports?: readonly NamedPortInput[];
}

/** A verdict and every rule that gave it (`<kind>/<scope>/<name> <rule>`, the decider first); `reason` where no rule did. */
export interface OracleAnswer {
  readonly allowed: boolean;
  readonly rules: readonly string[];
  readonly reason: 'rule' | DefaultReason;
  /** Features of the rules that decided, for counting what random worlds exercise. */
  readonly features: readonly string[];
}
