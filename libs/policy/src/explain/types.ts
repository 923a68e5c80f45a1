import type { Label, Requirement } from '@sluice/labels';
import type { PolicyTier, RuleAction } from '../normal/form.js';
import type { OracleQuestion } from '../oracle/question.js';
import type { PolicyMapEntry, Provenance, RuleOrigin } from '../types.js';

/** One side of a connection: whose policy is asked, about whom, and the packet. */
export type SideQuestion = OracleQuestion;

/** A rule as an explanation tells it. */
export interface ExplainedRule {
  readonly origin: RuleOrigin;
  readonly tier: PolicyTier;
  readonly action: RuleAction;
}

/** A rule that meets subject, peer and port. */
export interface MatchedRule extends ExplainedRule {
  /**
   * Never asked: a pass before it went on to the next tier, isolation or the local host decided before the baseline tier, or no
   * policy is asked at all.
   */
  readonly skipped: boolean;
}

/** The one requirement of a rule that a packet does not meet. */
export type Unmet =
  | {
      readonly what: 'label';
      readonly of: 'subject' | 'peer';
      /** Whether a node's own labels are meant. */
      readonly node: boolean;
      readonly requirement: Requirement;
      /** The label that stands in the way, or that has another value; null: there is none of that key. */
      readonly label: Label | null;
    }
  /** `nearest` is the port of the rule's ranges that is closest, with the range that it bounds. */
  | {
      readonly what: 'port';
      readonly nearest: number;
      readonly first: number;
      readonly last: number;
      readonly protocol: number;
    }
  | { readonly what: 'protocol'; readonly wanted: number }
  /** `means` are the numbers that the name has there, empty where nobody bears it. */
  | { readonly what: 'named-port'; readonly name: string; readonly means: readonly number[] }
  | { readonly what: 'identity'; readonly identity: number }
  /** `except`: the exception that the address is in. `workload`: it is in the prefix, but that of a workload or a node. */
  | {
      readonly what: 'prefix';
      readonly prefix: string;
      readonly except: string | null;
      readonly workload: string | null;
    }
  /** `itself`: it is a node, but the local one, and others are meant. */
  | { readonly what: 'node'; readonly itself: boolean }
  | { readonly what: 'service'; readonly scope: string | null; readonly name: string };

/** A rule of which exactly one requirement fails. */
export interface NearRule extends ExplainedRule {
  readonly unmet: Unmet;
  /** The same in words. */
  readonly missing: string;
}

/** Why one side allows or denies a packet. */
export interface SideExplanation {
  readonly question: SideQuestion;
  readonly allowed: boolean;
  readonly provenance: Provenance;
  /** The entry of the class's map that a look-up finds; null where nothing matches, or no map is asked. */
  readonly entry: PolicyMapEntry | null;
  /**
   * Enforced rules that meet subject, peer and port, in the order in which verdicts are reached, and then those that are skipped.
   * The first that is neither a pass nor skipped is the decider; where there is none, `provenance` has a reason.
   */
  readonly matched: readonly MatchedRule[];
  /** The closest first, at most NEARLY. */
  readonly nearly: readonly NearRule[];
  /** With staged policies counted too; null where none selects the subject. */
  readonly staged: { readonly allowed: boolean; readonly provenance: Provenance } | null;
}

/** How many rules that nearly match are told. */
export const NEARLY = 10;
