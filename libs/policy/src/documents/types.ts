import type { SelectorDocument } from '@sluice/labels';

/** One port of a rule. `port` is a number ("0" is any port) or a name; `protocol` ANY when absent. */
export interface PortDocument {
  readonly port: string | number;
  readonly endPort?: number | null;
  readonly protocol?: string | null;
}

/** A part of a document that is checked and kept, and that this version does not serve. */
export type Kept = Readonly<Record<string, unknown>>;

/** All but `ports` needs the layer-7 engine. */
export interface PortRuleDocument {
  readonly ports?: readonly PortDocument[] | null;
  readonly rules?: Kept | null;
  readonly terminatingTLS?: Kept | null;
  readonly originatingTLS?: Kept | null;
  readonly serverNames?: readonly string[] | null;
  readonly listener?: Kept | null;
}

export interface CidrSetDocument {
  readonly cidr: string;
  readonly except?: readonly string[] | null;
}

/** ICMP types by number or by Cilium's names; `family` IPv4 when absent. */
export interface IcmpDocument {
  readonly fields?:
    | readonly {
        readonly family?: 'IPv4' | 'IPv6' | null;
        readonly type: string | number;
      }[]
    | null;
}

export interface ServiceDocument {
  readonly k8sService?: { readonly serviceName: string; readonly namespace?: string | null } | null;
  readonly k8sServiceSelector?: {
    readonly selector: SelectorDocument;
    readonly namespace?: string | null;
  } | null;
}

/** One entry of ingress, egress, ingressDeny or egressDeny. An absent peer list is any peer, an empty one is nobody. */
export interface RuleDocument {
  readonly fromEndpoints?: readonly SelectorDocument[] | null;
  readonly fromEntities?: readonly string[] | null;
  readonly fromCIDR?: readonly string[] | null;
  readonly fromCIDRSet?: readonly CidrSetDocument[] | null;
  readonly fromNodes?: readonly SelectorDocument[] | null;
  readonly toEndpoints?: readonly SelectorDocument[] | null;
  readonly toEntities?: readonly string[] | null;
  readonly toCIDR?: readonly string[] | null;
  readonly toCIDRSet?: readonly CidrSetDocument[] | null;
  readonly toNodes?: readonly SelectorDocument[] | null;
  readonly toServices?: readonly ServiceDocument[] | null;
  /** Needs the DNS engine. */
  readonly toFQDNs?: readonly Kept[] | null;
  readonly toPorts?: readonly PortRuleDocument[] | null;
  readonly icmps?: readonly IcmpDocument[] | null;
  /** Needs mutual authentication, but for mode `disabled`. */
  readonly authentication?: { readonly mode: string } | null;
}

/** An entry of the ordered `rules` of a native ClusterPolicy. */
export interface OrderedRuleDocument extends RuleDocument {
  readonly direction: 'ingress' | 'egress';
  readonly action: 'accept' | 'deny' | 'pass';
}

/** Cilium's rule schema and what the native kinds add to it. Exactly one of the two selectors stands. */
export interface SpecDocument {
  readonly description?: string | null;
  readonly endpointSelector?: SelectorDocument | null;
  readonly nodeSelector?: SelectorDocument | null;
  readonly ingress?: readonly RuleDocument[] | null;
  readonly egress?: readonly RuleDocument[] | null;
  readonly ingressDeny?: readonly RuleDocument[] | null;
  readonly egressDeny?: readonly RuleDocument[] | null;
  readonly enableDefaultDeny?: { readonly ingress?: boolean | null; readonly egress?: boolean | null } | null;
  readonly log?: { readonly value?: string | null } | null;
  /** Native kinds: `audit` stages the policy. */
  readonly enforcement?: 'enforce' | 'audit' | null;
  /** Native kinds, beside `enforcement: audit`: the policy that does not count in the staged verdicts, as NAME or KIND/NAME. */
  readonly replaces?: string | null;
  /** Native kinds: when the control plane ends the policy, RFC 3339. The engine has no clock: it follows the store. */
  readonly expires?: string | null;
  /** Native ClusterPolicy only; `normal` when absent. */
  readonly tier?: PolicyTierDocument | null;
  /** Native ClusterPolicy of another tier than normal: 0 (first) to 1000. */
  readonly priority?: number | null;
  /** Native ClusterPolicy of another tier than normal: in this order, in place of the four lists. */
  readonly rules?: readonly OrderedRuleDocument[] | null;
}

export type PolicyTierDocument = 'admin' | 'normal' | 'baseline';

export interface MetadataDocument {
  readonly name: string;
  readonly namespace?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly annotations?: Readonly<Record<string, string>> | null;
}

/** sluice.dev/v1 Policy and ClusterPolicy; cilium.io/v2 CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy. */
export interface CiliumSchemaDocument {
  readonly apiVersion: 'sluice.dev/v1' | 'cilium.io/v2';
  readonly kind: 'Policy' | 'ClusterPolicy' | 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy';
  readonly metadata: MetadataDocument;
  readonly spec?: SpecDocument | null;
  readonly specs?: readonly SpecDocument[] | null;
}

/** A Kubernetes selector: labels of the orchestrator (source k8s). `{}` selects everything. */
export interface KubernetesPeerDocument {
  readonly podSelector?: SelectorDocument | null;
  readonly namespaceSelector?: SelectorDocument | null;
  readonly ipBlock?: CidrSetDocument | null;
}

/** `protocol` TCP when absent, `port` a number or a name, every port when absent. */
export interface KubernetesPortDocument {
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP' | null;
  readonly port?: string | number | null;
  readonly endPort?: number | null;
}

/** An absent or empty list of peers or ports means all. */
export interface KubernetesRuleDocument {
  readonly from?: readonly KubernetesPeerDocument[] | null;
  readonly to?: readonly KubernetesPeerDocument[] | null;
  readonly ports?: readonly KubernetesPortDocument[] | null;
}

/** networking.k8s.io/v1 NetworkPolicy. */
export interface NetworkPolicyDocument {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'NetworkPolicy';
  readonly metadata: MetadataDocument;
  readonly spec: {
    readonly podSelector?: SelectorDocument | null;
    readonly policyTypes?: readonly ('Ingress' | 'Egress')[] | null;
    readonly ingress?: readonly KubernetesRuleDocument[] | null;
    readonly egress?: readonly KubernetesRuleDocument[] | null;
  };
}

/** Exactly one of the two. */
export interface ClusterSubjectDocument {
  readonly namespaces?: SelectorDocument | null;
  readonly pods?: {
    readonly namespaceSelector: SelectorDocument;
    readonly podSelector: SelectorDocument;
  } | null;
}

export interface ClusterPeerDocument extends ClusterSubjectDocument {
  readonly nodes?: SelectorDocument | null;
  readonly networks?: readonly string[] | null;
  /** Needs the DNS engine. */
  readonly domainNames?: readonly string[] | null;
}

export interface ClusterPortDocument {
  readonly number?: number | null;
  readonly range?: { readonly start: number; readonly end: number } | null;
}

/** Exactly one field stands. */
export interface ClusterProtocolDocument {
  readonly tcp?: { readonly destinationPort?: ClusterPortDocument | null } | null;
  readonly udp?: { readonly destinationPort?: ClusterPortDocument | null } | null;
  readonly sctp?: { readonly destinationPort?: ClusterPortDocument | null } | null;
  readonly destinationNamedPort?: string | null;
}

export interface ClusterRuleDocument {
  readonly name?: string | null;
  readonly action: 'Accept' | 'Deny' | 'Pass';
  readonly from?: readonly ClusterPeerDocument[] | null;
  readonly to?: readonly ClusterPeerDocument[] | null;
  readonly protocols?: readonly ClusterProtocolDocument[] | null;
}

/** policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy. */
export interface ClusterNetworkPolicyDocument {
  readonly apiVersion: 'policy.networking.k8s.io/v1alpha2';
  readonly kind: 'ClusterNetworkPolicy';
  readonly metadata: MetadataDocument;
  readonly spec: {
    readonly tier: 'Admin' | 'Baseline';
    readonly priority: number;
    readonly subject: ClusterSubjectDocument;
    readonly ingress?: readonly ClusterRuleDocument[] | null;
    readonly egress?: readonly ClusterRuleDocument[] | null;
  };
}

/** A document that has been validated, of any dialect. Told apart by `kind`. */
export type PolicyDocument = CiliumSchemaDocument | NetworkPolicyDocument | ClusterNetworkPolicyDocument;

/** The four lists of rules in a spec. */
export const RULE_LISTS = ['ingressDeny', 'egressDeny', 'ingress', 'egress'] as const;
export type RuleList = (typeof RULE_LISTS)[number];
