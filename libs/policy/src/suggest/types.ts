import type { Labels } from '@sluice/labels';
import type { Direction } from '../types.js';

/** Whom a subject was seen to talk to: workloads by their labels, a prefix that policies name, or an entity. */
export type SeenPeer =
  | { readonly type: 'labels'; readonly labels: Labels }
  | { readonly type: 'prefix'; readonly prefix: string }
  | { readonly type: 'entity'; readonly entity: string };

/** A connection that was seen, from the subject or to it. */
export interface SeenFlow {
  readonly direction: Direction;
  readonly peer: SeenPeer;
  /** TCP, UDP, SCTP, ICMP, ICMPv6, or a number. */
  readonly protocol: string;
  /** Destination port; ICMP: the type. */
  readonly port: number;
}

export interface SuggestInput {
  /** Of the policy. */
  readonly name: string;
  /** The subject's, as its identity has them. */
  readonly labels: Labels;
  readonly flows: readonly SeenFlow[];
  /** Labels of all identities of workloads in the cluster. */
  readonly known: readonly Labels[];
}

export interface Suggestion {
  /** A native Policy. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The same as YAML. */
  readonly text: string;
  /** What the reader should know before applying it. */
  readonly notes: readonly string[];
}
