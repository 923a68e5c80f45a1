import type { DocumentError, EnforcementMode } from '../types.js';

export interface WorkloadDocument {
  readonly name: string;
  readonly namespace?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly addresses?: readonly string[] | null;
  readonly ports?:
    readonly { readonly name: string; readonly port: number; readonly protocol?: string | null }[] | null;
  readonly node?: string | null;
  /** A node itself: addressed as `node/<name>`. */
  readonly host?: boolean | null;
  readonly serviceAccount?: string | null;
}

export interface ServiceEntryDocument {
  readonly name: string;
  readonly namespace?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly selector?: Readonly<Record<string, string>> | null;
  readonly backends?: readonly string[] | null;
}

export interface ExpectationDocument {
  readonly from: string;
  readonly to: string;
  readonly protocol?: string | null;
  /** A number, or the name of a port of `to`; ICMP: the type. Absent: every port. */
  readonly port?: string | number | null;
  readonly verdict: 'allow' | 'deny';
  /** Asks for the verdict with staged policies counted too. */
  readonly staged?: boolean | null;
}

/** `kind: PolicyTest`: a small world, the policies in it, and what should be allowed there. */
export interface PolicyTestDocument {
  readonly apiVersion: 'sluice.dev/v1';
  readonly kind: 'PolicyTest';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly enforcement?: EnforcementMode | null;
    readonly allowLocalHost?: 'always' | 'policy' | null;
    readonly namespaces?:
      readonly { readonly name: string; readonly labels?: Readonly<Record<string, string>> | null }[] | null;
    readonly services?: readonly ServiceEntryDocument[] | null;
    /** Paths relative to this file, or whole documents. */
    readonly policies?: readonly (string | Readonly<Record<string, unknown>>)[] | null;
    readonly workloads?: readonly WorkloadDocument[] | null;
    readonly expect?: readonly ExpectationDocument[] | null;
  };
}

/** A mistake and the file that it stands in. */
export interface FileError extends DocumentError {
  readonly file: string;
}

/** A PolicyTest and where its parts stand. */
export interface PolicyTest {
  readonly file: string;
  readonly document: PolicyTestDocument;
  /** A mistake at a path of this document, with its line. */
  readonly at: (path: readonly (string | number)[], message: string, hint?: string) => FileError;
}

/** What one side of a connection says; null where that side has no policy of ours. */
export interface SideResult {
  readonly verdict: 'allow' | 'deny';
  /** `Policy/shop/web`, or null where no rule decided. */
  readonly policy: string | null;
  readonly rule: string | null;
  readonly reason: string;
}

/** One expectation and what became of it. `mixed`: it was about several packets, and they were not treated alike. */
export interface ExpectationResult {
  readonly test: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: string | number | null;
  readonly expected: 'allow' | 'deny';
  readonly verdict: 'allow' | 'deny' | 'mixed';
  readonly passed: boolean;
  readonly egress: SideResult | null;
  readonly ingress: SideResult | null;
}
