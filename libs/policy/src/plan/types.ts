import type { Family } from '@sluice/labels';
import type { Labels } from '@sluice/labels';
import type { PolicyForms } from '../normal/forms.js';
import type { PolicyRef, Provenance, StoredPolicy, World } from '../types.js';

/** What is to be applied or deleted, on what is there. */
export interface PlanInput {
  /** As it is now: live identities only, nodes with numbers of their own and none local. Its policies are those before the change. */
  readonly world: Omit<World, 'namespaces'>;
  readonly put: readonly StoredPolicy[];
  readonly deleted: readonly PolicyRef[];
  /** Rows that are kept; the totals count all. */
  readonly limit: number;
  /** Internal forms that are known already. */
  readonly forms?: PolicyForms;
}

/** Who is at one end: an identity or an entity by its number, a prefix, or a node. */
export interface PlanParty {
  readonly identity: number;
  readonly family: Family;
  /** Of a CIDR peer, else null. */
  readonly prefix: string | null;
  /** Of a node that is the subject of host policies, or told apart as a peer; else null. */
  readonly node: string | null;
  readonly labels: Labels;
}

/** Ports of one protocol between two parties whose verdict changes. */
export interface PlanRow {
  readonly source: PlanParty;
  readonly destination: PlanParty;
  /** IANA number; 0: every protocol, every port; 255: every protocol that has no number of its own here. */
  readonly protocol: number;
  /** ICMP: types. */
  readonly first: number;
  readonly last: number;
  /** After the change; before it was the opposite. */
  readonly allowed: boolean;
  readonly before: readonly Provenance[];
  readonly after: readonly Provenance[];
}

/** How many entries the map of a touched subject has; where it has staged verdicts too, the larger one of its two maps. */
export interface PlanSize {
  readonly subject: PlanParty;
  readonly before: number;
  readonly after: number;
}

export interface PlanResult {
  /** In the order of the parties' numbers. */
  readonly rows: readonly PlanRow[];
  /** Rows in all, also those beyond the limit. */
  readonly gained: number;
  readonly lost: number;
  readonly sizes: readonly PlanSize[];
}
