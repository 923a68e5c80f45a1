import type { Selector } from '@sluice/labels';
import type { Direction, PolicyRef, RuleOrigin } from '../types.js';

/**
 * Some peers of a rule. `identity` is a number: any (0), a class, or a reserved identity. `nodes` are nodes by their labels, never
 * workloads; without `local` the local node is none of them. `service` is a service by name, in its namespace or (null) in any:
 * its selector's workloads there or, if it has no selector, the addresses of its backends; one that is missing is nobody.
 */
export type Peer =
  | { readonly type: 'identity'; readonly identity: number }
  | { readonly type: 'labels'; readonly selector: Selector }
  | { readonly type: 'cidr'; readonly prefix: string; readonly except: readonly string[] }
  | { readonly type: 'nodes'; readonly selector: Selector; readonly local: boolean }
  | { readonly type: 'service'; readonly scope: string | null; readonly name: string }
  | { readonly type: 'services'; readonly scope: string | null; readonly selector: Selector };

/**
 * Ports of one protocol. Protocol 0 is any (then the range is 0 to 65535). ICMP: type << 8 up to type << 8 | 255, because codes
 * are not told apart.
 */
export interface PortRange {
  readonly protocol: number;
  readonly first: number;
  readonly last: number;
}

/** A port by name: the subject's own on ingress, the peer's on egress. Protocol 0: whatever protocol bears the name. */
export interface NamedPort {
  readonly protocol: number;
  readonly name: string;
}

export type PortMatch = PortRange | NamedPort;

/** `pass` goes on to the next tier; it stands in the admin and baseline tiers only. */
export type RuleAction = 'allow' | 'deny' | 'pass';

/** One rule, whatever the dialect. No peers: nobody; no ports: nothing. */
export interface NormalRule {
  readonly direction: Direction;
  readonly action: RuleAction;
  readonly peers: readonly Peer[];
  readonly ports: readonly PortMatch[];
  readonly origin: RuleOrigin;
}

/** Workloads by their labels, or nodes (host policies) by theirs: never both. */
export interface Subject {
  readonly type: 'workloads' | 'nodes';
  readonly selector: Selector;
}

/** One subject with its rules; a document has one or, with `specs`, several. Within admin and baseline the order of rules counts. */
export interface NormalSpec {
  readonly subject: Subject;
  /** Whether traffic of this direction that nothing allows is denied. Never in admin and baseline. */
  readonly isolates: Readonly<Record<Direction, boolean>>;
  readonly rules: readonly NormalRule[];
}

export type PolicyTier = 'admin' | 'normal' | 'baseline';

/** The one internal form of a policy. */
export interface NormalPolicy {
  readonly ref: PolicyRef;
  readonly tier: PolicyTier;
  /** 0 (first) to 1000; the normal tier has none: 0. */
  readonly priority: number;
  /** Its verdicts are told, not enforced (`enforcement: audit`). */
  readonly staged: boolean;
  /** Staged ones: the policy that does not count where this one does. It need not be there. */
  readonly replaces: PolicyRef | null;
  readonly specs: readonly NormalSpec[];
  /** Every prefix that it names, exceptions too, canonical and sorted. */
  readonly prefixes: readonly string[];
}
