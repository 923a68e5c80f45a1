import type { Labels } from '@sluice/labels';

/** Enforcement modes (POLICY: what happens to a subject that no policy selects). */
export type EnforcementMode = 'always' | 'default' | 'never';

/** Directions as in bpf/lib/types.h `sluice_direction`. */
export type Direction = 'egress' | 'ingress';

/** Names a stored policy. `scope` is the namespace, `_cluster` for cluster-wide kinds. */
export interface PolicyRef {
  readonly kind: string;
  readonly scope: string;
  readonly name: string;
}

/** A policy as the store delivers it: the parsed document and where it stands. */
export interface StoredPolicy extends PolicyRef {
  readonly uid: string;
  /** Revision of the last change of its rules (etcd mod_revision). */
  readonly revision: number;
  /** The document as applied: plain JSON (apiVersion, kind, metadata, spec). */
  readonly document: unknown;
}

/** What a cookie stands for: the set of rules that made one map entry. `rule` is e.g. `ingress[0]`, `egressDeny[2]`. */
export interface RuleOrigin {
  readonly policy: PolicyRef;
  readonly uid: string;
  readonly rule: string;
  readonly revision: number;
}

/** Why there is no rule to name. */
export type DefaultReason =
  'default-deny' | 'default-allow' | 'mode-never' | 'self' | 'local-host' | 'infrastructure';

/** One verdict's provenance: rules (the decider first), or a reason with the policies that isolate the subject. */
export type Provenance =
  | { readonly type: 'rule'; readonly rules: readonly RuleOrigin[] }
  | { readonly type: 'default'; readonly reason: DefaultReason; readonly isolating: readonly PolicyRef[] };

/**
 * One entry of an inner policy map (bpf/lib/types.h policy_key and policy_entry). `identity` 0 is any peer; a class number
 * (world-ipv4 9, world-ipv6 10, cluster 12) is the class. `protocol` 0 is any (prefix 40). `port` with `portBits` leading
 * bits; portBits 0 is any port. ICMP: port is type << 8, portBits 8.
 */
export interface PolicyMapEntry {
  readonly identity: number;
  readonly direction: Direction;
  readonly protocol: number;
  readonly port: number;
  readonly portBits: number;
  readonly deny: boolean;
  readonly precedence: number;
  readonly provenance: Provenance;
}

/** All that one local policy class needs: its entries and the provenance of "nothing matched". Entries are sorted by key and minimal. */
export interface ResolvedClass {
  readonly identity: number;
  readonly entries: readonly PolicyMapEntry[];
  readonly defaults: Readonly<Record<Direction, Provenance>>;
}

/** An identity as the resolver sees it. CIDR identities are local to the node (bit 24). */
export interface IdentityInput {
  readonly id: number;
  readonly labels: Labels;
}

/** A named port of the workloads that share an identity. */
export interface NamedPortInput {
  readonly name: string;
  /** IANA number. */
  readonly protocol: number;
  readonly port: number;
}

/**
 * The named ports of an identity's workloads, each workload's list once. Where the lists differ, a name in an allow means what all
 * agree on and in a deny what any says (POLICY 7).
 */
export type NamedPorts = readonly (readonly NamedPortInput[])[];

/** A service: with a selector its workloads in the scope, without one the addresses of its backends. */
export interface ServiceInput {
  readonly scope: string;
  readonly name: string;
  readonly labels: Labels;
  readonly selector: Readonly<Record<string, string>> | null;
  readonly backends: readonly string[];
}

/** A node as peers and subjects of host policies see it. The local one is `host`, others are `remote-node`. */
export interface NodeInput {
  readonly name: string;
  readonly labels: Labels;
  readonly local: boolean;
  /** The number that stands for it in maps: `host`, or one of its own (bit 25 set, local to this node). */
  readonly identity: number;
  /** Whether it serves the Kubernetes API: then it is the entity `kube-apiserver` too, where it is told apart or local. */
  readonly apiServer?: boolean;
}

/** Inputs of one resolution; the resolver is a pure function of them. What is absent is empty, `allowLocalHost` false. */
export interface World {
  readonly mode: EnforcementMode;
  readonly policies: readonly StoredPolicy[];
  readonly identities: readonly IdentityInput[];
  /** Labels of namespaces by name. */
  readonly namespaces: Readonly<Record<string, Labels>>;
  /** By identity. */
  readonly namedPorts?: ReadonlyMap<number, NamedPorts>;
  readonly services?: readonly ServiceInput[];
  readonly nodes?: readonly NodeInput[];
  /** Ingress from the local host is allowed unless a rule denies it. */
  readonly allowLocalHost?: boolean;
}

/** A difference between two forms of one class, ordered so that no moment opens or closes more than the change itself. */
export interface MapDelta {
  /** True where no order of in-place writes is safe: build anew and swap. */
  readonly swap: boolean;
  readonly writes: readonly { readonly op: 'put' | 'delete'; readonly entry: PolicyMapEntry }[];
}

/** One mistake in a document. `path` is a JSON path like `$.spec.ingress[0].toPorts[0].ports[0].port`; line and column count from 1, null where the source is not text. */
export interface DocumentError {
  readonly document: number;
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  /** What is allowed there, or the likely meaning of a misspelt field; null where nothing helps. */
  readonly hint: string | null;
}
