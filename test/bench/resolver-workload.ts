import { cidrLabels, makeLabels, parsePrefix } from '@sluice/labels';
import { type IdentityInput, normalise, type NormalPolicy, type StoredPolicy } from '@sluice/policy';

/** The workloads of `scripts/bench resolver`: made from counters, so that another engine can do the same work. */
const FIRST = 256;

/** Identity `i`: 8 labels, 100 namespaces, 500 applications. */
export function identity(i: number): IdentityInput {
  const labels = makeLabels([
    `k8s:io.kubernetes.pod.namespace=ns${i % 100}`,
    `k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=ns${i % 100}`,
    'k8s:io.cilium.k8s.policy.cluster=default',
    'k8s:io.cilium.k8s.policy.serviceaccount=default',
    `k8s:app=app${i % 500}`,
    `k8s:tier=t${i % 4}`,
    `k8s:version=v${Math.floor(i / 500)}`,
    `k8s:pod=${i}`,
  ]);
  return { id: FIRST + i, labels };
}

export const subjectId = (i: number): number => FIRST + i;

const tcp = (...ports: number[]) => [{ ports: ports.map((port) => ({ port, protocol: 'TCP' })) }];
const appAnywhere = (app: number) => ({
  matchLabels: { app: `app${app}` },
  matchExpressions: [{ key: 'k8s:io.kubernetes.pod.namespace', operator: 'Exists' }],
});

function stored(scope: string, name: string, spec: unknown, revision = 1): StoredPolicy {
  const kind = 'Policy';
  const document = { apiVersion: 'sluice.dev/v1', kind, metadata: { name, namespace: scope }, spec };
  return { kind, scope, name, uid: `uid-${name}`, revision, document };
}

/** Policy `p`: one application of one namespace, from another application and from a tier of its own namespace; each tenth denies. */
export function policy(p: number, revision = 1): StoredPolicy {
  const spec = {
    endpointSelector: { matchLabels: { app: `app${p % 500}` } },
    ingress: [
      {
        fromEndpoints: [appAnywhere((7 * p + 3) % 500), { matchLabels: { tier: `t${p % 4}` } }],
        toPorts: tcp(80, 8000 + (p % 50)),
      },
    ],
    ...(p % 10 === 0 ? { ingressDeny: [{ fromEndpoints: [appAnywhere((11 * p + 5) % 500)] }] } : {}),
  };
  return stored(`ns${p % 100}`, `p${p}`, spec, revision);
}

/** What the resolver takes: the documents of `count` policies in the internal form. */
export function normalPolicies(count: number): NormalPolicy[] {
  return Array.from({ length: count }, (_, p) => normal(policy(p)));
}

/** The internal form; a workload with a mistake must not be measured. */
export function normal(p: StoredPolicy): NormalPolicy {
  const { policy: form, errors } = normalise(p);
  if (errors.length > 0) throw new Error(`workload: ${JSON.stringify(errors)}`);
  return form;
}

function allowPrefix(i: number): string {
  const bits = [8, 16, 24, 28, 32][i % 5]!;
  const last = bits === 32 ? i % 255 : bits === 28 ? (i % 16) * 16 : 0;
  return `${[10, 192, 244][i % 3]}.${bits >= 16 ? i % 17 : 0}.${bits >= 24 ? i % 121 : 0}.${last}/${bits}`;
}

function denyPrefix(j: number): string {
  const bits = [8, 16, 24, 28, 32][(j + 21) % 5]!;
  const last = bits === 32 ? j % 253 : bits === 28 ? (j % 15) * 16 : 0;
  return `${[10, 192, 244][j % 3]}.${bits >= 16 ? j % 23 : 0}.${bits >= 24 ? j % 119 : 0}.${last}/${bits}`;
}

/** 1,000 egress rules to prefixes with a port each, and with `denies` as many that deny. */
export function cidrPolicy(denies: boolean): StoredPolicy {
  const counter = Array.from({ length: 1000 }, (_, i) => i + 1);
  const spec = {
    endpointSelector: { matchLabels: { app: 'app0' } },
    egress: counter.map((i) => ({ toCIDR: [allowPrefix(i)], toPorts: tcp(80 + (i % 97)) })),
    ...(denies
      ? {
          egressDeny: counter.map((i) => ({
            toCIDR: [denyPrefix(i + 773)],
            toPorts: tcp(80 + ((i + 773) % 131)),
          })),
        }
      : {}),
  };
  return stored('ns0', 'cidr', spec);
}

/** Identities of prefixes, each with the labels of all that contain it. */
export function cidrIdentities(prefixes: readonly string[]): IdentityInput[] {
  const named = prefixes.map(parsePrefix);
  return named.map((prefix, i) => ({ id: 2 ** 24 + i, labels: cidrLabels(prefix, named) }));
}

/** 50,000 prefixes of 198.18.0.0/15, none in another: labels without comparing each with each. */
export function manyPrefixes(count: number): { prefixes: string[]; identities: IdentityInput[] } {
  const prefixes = Array.from(
    { length: count },
    (_, i) => `198.${18 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}/32`,
  );
  const identities = prefixes.map((prefix, i) => ({
    id: 2 ** 24 + i,
    labels: cidrLabels(parsePrefix(prefix), []),
  }));
  return { prefixes, identities };
}

/** Egress rules to many prefixes, 10,000 in each: no list may have more. */
export function prefixPolicy(prefixes: readonly string[]): StoredPolicy {
  const egress = [];
  for (let i = 0; i < prefixes.length; i += 10_000) egress.push({ toCIDR: prefixes.slice(i, i + 10_000) });
  return stored('ns0', 'prefixes', { endpointSelector: { matchLabels: { app: 'app0' } }, egress });
}

/** Policy `s` of 1,000 with selectors of every shape: one, two or three labels, lists, absences. */
export function selectorPolicy(s: number): StoredPolicy {
  const label = (key: string, value: string) => ({ matchLabels: { [key]: value } });
  const shapes = [
    { ...appAnywhere(s % 500) },
    { ...label('tier', `t${s % 4}`), matchExpressions: [{ key: 'k8s:io.kubernetes.pod.namespace', operator: 'In', values: [`ns${s % 100}`, `ns${(s + 7) % 100}`] }] }, // prettier-ignore
    { ...appAnywhere((s * 3) % 500), matchLabels: { app: `app${(s * 3) % 500}`, version: `v${s % 40}` } },
    { matchLabels: { 'k8s:io.kubernetes.pod.namespace': `ns${s % 100}` }, matchExpressions: [{ key: 'app', operator: 'NotIn', values: [`app${s % 500}`] }] }, // prettier-ignore
    { matchExpressions: [{ key: 'pod', operator: 'In', values: [`${s}`, `${s + 1}`] }, { key: 'k8s:io.kubernetes.pod.namespace', operator: 'Exists' }, { key: 'canary', operator: 'DoesNotExist' }] }, // prettier-ignore
  ];
  const spec = { endpointSelector: label('app', 'app0'), ingress: [{ fromEndpoints: [shapes[s % 5]] }] };
  return stored('ns0', `s${s}`, spec);
}

/** Egress to the world and to the cluster. */
export function entitiesPolicy(): StoredPolicy {
  const egress = [{ toEntities: ['world', 'cluster'] }];
  return stored('ns0', 'entities', { endpointSelector: { matchLabels: { app: 'app0' } }, egress });
}
