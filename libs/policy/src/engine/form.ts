import type { Selector } from '@sluice/labels';
import type { Direction, PolicyRef, RuleOrigin } from '../types.js';

/** Some peers of a rule. `identity` is a number: any (0), a class, or a reserved identity. */
export type Peer =
  | { readonly type: 'identity'; readonly identity: number }
  | { readonly type: 'labels'; readonly selector: Selector }
  | { readonly type: 'cidr'; readonly prefix: string; readonly except: readonly string[] };

/** Ports of one protocol. Protocol 0 is any (then the range is 0 to 65535). */
export interface PortRange {
  readonly protocol: number;
  readonly first: number;
  readonly last: number;
}

/** One rule, whatever the dialect. No peers: nobody; no ports: nothing. */
export interface NormalRule {
  readonly direction: Direction;
  readonly deny: boolean;
  readonly peers: readonly Peer[];
  readonly ports: readonly PortRange[];
  readonly origin: RuleOrigin;
}

/** One subject with its rules; a document has one or, with `specs`, several. */
export interface NormalSpec {
  readonly subject: Selector;
  /** Whether traffic of this direction that nothing allows is denied. */
  readonly isolates: Readonly<Record<Direction, boolean>>;
  readonly rules: readonly NormalRule[];
}

/** The one internal form of a policy. */
export interface NormalPolicy {
  readonly ref: PolicyRef;
  readonly specs: readonly NormalSpec[];
  /** Every prefix that it names, exceptions too, canonical and sorted. */
  readonly prefixes: readonly string[];
}
