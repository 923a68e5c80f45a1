import type { SelectorDocument } from '@sluice/labels';

/** One port of a rule. `port` is a number as text ("0" is any port), `protocol` ANY when absent. */
export interface PortDocument {
  readonly port: string | number;
  readonly endPort?: number | null;
  readonly protocol?: string | null;
}

export interface PortRuleDocument {
  readonly ports?: readonly PortDocument[] | null;
}

export interface CidrSetDocument {
  readonly cidr: string;
  readonly except?: readonly string[] | null;
}

/** One entry of ingress, egress, ingressDeny or egressDeny. An absent peer list is any peer, an empty one is nobody. */
export interface RuleDocument {
  readonly fromEndpoints?: readonly SelectorDocument[] | null;
  readonly fromEntities?: readonly string[] | null;
  readonly fromCIDR?: readonly string[] | null;
  readonly fromCIDRSet?: readonly CidrSetDocument[] | null;
  readonly toEndpoints?: readonly SelectorDocument[] | null;
  readonly toEntities?: readonly string[] | null;
  readonly toCIDR?: readonly string[] | null;
  readonly toCIDRSet?: readonly CidrSetDocument[] | null;
  readonly toPorts?: readonly PortRuleDocument[] | null;
}

/** Cilium's rule schema as far as this version serves it. */
export interface SpecDocument {
  readonly description?: string | null;
  readonly endpointSelector: SelectorDocument;
  readonly ingress?: readonly RuleDocument[] | null;
  readonly egress?: readonly RuleDocument[] | null;
  readonly ingressDeny?: readonly RuleDocument[] | null;
  readonly egressDeny?: readonly RuleDocument[] | null;
  readonly enableDefaultDeny?: { readonly ingress?: boolean | null; readonly egress?: boolean | null } | null;
}

/** A document that has been validated. */
export interface PolicyDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | null;
    readonly labels?: Readonly<Record<string, string>> | null;
    readonly annotations?: Readonly<Record<string, string>> | null;
  };
  readonly spec?: SpecDocument | null;
  readonly specs?: readonly SpecDocument[] | null;
}

/** The four lists of rules in a spec. */
export const RULE_LISTS = ['ingressDeny', 'egressDeny', 'ingress', 'egress'] as const;
export type RuleList = (typeof RULE_LISTS)[number];
