import { oracleOf, type OracleQuestion } from '../oracle/index.js';
import type { World } from '../types.js';

type Node = Readonly<Record<string, unknown>>;
/** Rewrites a mapping of a document; `key` is the field that it stands under, list positions left out. */
type Rewrite = (node: Node, key: string) => Node;
type Answer = (question: OracleQuestion) => boolean;

/** A wrong reading of the semantics. Random worlds that cannot tell it from the right one prove nothing about it. */
export interface Mutant {
  readonly name: string;
  readonly of: (world: World) => Answer;
}

function rewritten(value: unknown, rewrite: Rewrite, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => rewritten(item, rewrite, key));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([k, v]) => [k, rewritten(v, rewrite, k)]);
  return rewrite(Object.fromEntries(entries) as Node, key);
}

/** Documents of these kinds are read as if they said something else. */
function misread(name: string, rewrite: Rewrite, kinds = /./): Mutant {
  const of = (world: World): Answer => {
    const policies = world.policies.map((p) =>
      kinds.test(p.kind) ? { ...p, document: rewritten(p.document, rewrite) } : p,
    );
    const oracle = oracleOf({ ...world, policies });
    return (question) => oracle.ask(question).allowed;
  };
  return { name, of };
}

/** The world around the policies is seen wrongly. */
function missee(name: string, see: (world: World) => World): Mutant {
  return {
    name,
    of: (world) => {
      const oracle = oracleOf(see(world));
      return (question) => oracle.ask(question).allowed;
    },
  };
}

/** The packet is seen wrongly. */
function mistake(name: string, ask: (question: OracleQuestion) => OracleQuestion): Mutant {
  return {
    name,
    of: (world) => {
      const oracle = oracleOf(world);
      return (question) => oracle.ask(ask(question)).allowed;
    },
  };
}

const without = (node: Node, ...keys: string[]): Node =>
  Object.fromEntries(Object.entries(node).filter(([k]) => !keys.includes(k)));
const isRule = (key: string) => /^(in|e)gress(Deny)?$|^rules$/.test(key);
const items = (value: unknown) => (Array.isArray(value) ? (value as Node[]) : []);
const swapped = (value: unknown, a: string, b: string) => (value === a ? b : value === b ? a : value);
const CILIUM = /^(Policy|ClusterPolicy|Cilium.*)$/;
const KUBERNETES = /^NetworkPolicy$/;

/** Only the rules that meet decide, in another way than they should. */
const denyLoses: Mutant = {
  name: 'a deny loses to an allow',
  of: (world) => {
    const right = oracleOf(world);
    const strip: Rewrite = (node) => without(node, 'ingressDeny', 'egressDeny');
    const stripped = misread('', strip, CILIUM).of(world);
    return (question) => right.ask(question).allowed || stripped(question);
  },
};

/** Of the staged verdict: the only mistake here that the enforced one does not show. */
const replacedCounts: Mutant = {
  name: 'what a staged policy replaces still counts',
  of: (world) => {
    const right = oracleOf(world);
    const strip: Rewrite = (node) => without(node, 'replaces', 'sluice.dev/replaces');
    const wrong = oracleOf({
      ...world,
      policies: world.policies.map((p) => ({ ...p, document: rewritten(p.document, strip) })),
    });
    return (question) => {
      const same = wrong.askStaged(question).allowed === right.askStaged(question).allowed;
      return right.ask(question).allowed === same;
    };
  },
};

/** Thirty-odd mistakes that one could make, each of a kind that implementations of these dialects have had. */
export const MUTANTS: readonly Mutant[] = [
  denyLoses,
  misread('a Pass is dropped', (n) =>
    Object.fromEntries(
      Object.entries(n).map(([k, v]) => [
        k,
        isRule(k) ? items(v).filter((r) => !/pass/i.test(String(r['action']))) : v,
      ]),
    ),
  ),
  misread('a Pass accepts', (n, k) =>
    isRule(k) && /pass/i.test(String(n['action'])) ? { ...n, action: n['action'] === 'pass' ? 'accept' : 'Accept' } : n,
  ),
  misread('admin and baseline are swapped', (n) =>
    'tier' in n
      ? { ...n, tier: swapped(swapped(n['tier'], 'Admin', 'Baseline'), 'admin', 'baseline') }
      : n,
  ),
  misread('priorities are reversed', (n) =>
    'priority' in n ? { ...n, priority: 1000 - Number(n['priority']) } : n,
  ),
  misread('the last rule of a tier wins', (n) =>
    n['tier'] === undefined
      ? n
      : Object.fromEntries(Object.entries(n).map(([k, v]) => [k, isRule(k) ? items(v).toReversed() : v])),
  ),
  misread('except is ignored', (n) => without(n, 'except')),
  misread(
    'an absent list of peers is an empty one',
    (n, k) => (isRule(k) && Object.keys(n).every((f) => !/^(from|to)[A-Z]/.test(f) || f === 'toPorts') ? { ...n, fromEndpoints: [] } : n),
    CILIUM,
  ),
  misread(
    'an empty list of peers is an absent one',
    (n, k) => (isRule(k) ? without(n, ...Object.keys(n).filter((f) => f !== 'toPorts' && items(n[f]).length === 0 && Array.isArray(n[f]))) : n),
    CILIUM,
  ),
  misread('Kubernetes: empty peers are nobody', (n, k) => (isRule(k) && !items(n['from'] ?? n['to']).length ? { ...n, from: [{}], to: [{}] } : n), KUBERNETES),
  misread('Kubernetes: a port without a protocol is any protocol', (n, k) => (k === 'ports' && n['protocol'] === undefined ? { ...n, protocol: 'ANY' } : n), KUBERNETES),
  misread('Kubernetes: without policyTypes only ingress counts', (n, k) => (k === 'spec' && !n['policyTypes'] ? { ...n, policyTypes: ['Ingress'] } : n), KUBERNETES),
  misread('Kubernetes: without policyTypes both directions isolate', (n, k) => (k === 'spec' && !n['policyTypes'] ? { ...n, policyTypes: ['Ingress', 'Egress'] } : n), KUBERNETES),
  misread('Kubernetes: policyTypes are ignored', (n, k) => (k === 'spec' ? { ...n, policyTypes: [...(items(n['ingress']).length ? ['Ingress'] : []), ...(items(n['egress']).length ? ['Egress'] : [])] } : n), KUBERNETES),
  misread('Kubernetes: a podSelector beside a namespaceSelector is ignored', (n, k) => ((k === 'from' || k === 'to') && n['namespaceSelector'] ? without(n, 'podSelector') : n), KUBERNETES),
  misread('Kubernetes: a podSelector selects in every namespace', (n, k) => ((k === 'from' || k === 'to') && n['podSelector'] ? { namespaceSelector: {}, ...n } : n), KUBERNETES),
  misread('NotIn needs the key', (n, k) => (k === 'matchExpressions' && n['operator'] === 'NotIn' ? { ...n, operator: 'Exists', values: null } : n)),
  misread('expressions are ignored', (n) => without(n, 'matchExpressions')),
  misread('an empty label value is an absent one', (n, k) => (k === 'matchLabels' ? Object.fromEntries(Object.entries(n).filter(([, v]) => v !== '')) : n)),
  misread('any source is k8s', (n, k) => (k === 'matchLabels' ? Object.fromEntries(Object.entries(n).map(([key, v]) => [key.includes(':') ? key.replace(/^any:/, 'k8s:') : `k8s:${key}`, v])) : n), CILIUM),
  misread('enableDefaultDeny is ignored', (n) => without(n, 'enableDefaultDeny')),
  misread('an empty list of rules isolates', (n, k) => (/^specs?$/.test(k) && Array.isArray(n['ingress']) && n['ingress'].length === 0 ? { ...n, ingress: [{}] } : n), CILIUM),
  misread('endPort is ignored', (n) => without(n, 'endPort')),
  misread('a range ends one port early', (n) => (typeof n['endPort'] === 'number' ? { ...n, endPort: n['endPort'] - 1 } : n)),
  misread('ANY is TCP', (n, k) => (k === 'ports' && (n['protocol'] ?? 'ANY') === 'ANY' ? { ...n, protocol: 'TCP' } : n), CILIUM),
  misread('a rule without ports leaves ICMP out', (n, k) => (isRule(k) && !items(n['toPorts']).length && !items(n['icmps']).length ? { ...n, toPorts: [{ ports: ['TCP', 'UDP', 'SCTP'].map((protocol) => ({ port: '0', protocol })) }] } : n), CILIUM),
  misread('ICMP types are of either family', (n, k) => (k === 'icmps' ? { fields: items(n['fields']).flatMap((f) => [{ ...f, family: 'IPv4' }, { ...f, family: 'IPv6' }]) } : n)),
  misread('staged policies are enforced', (n) => without(n, 'enforcement', 'annotations')),
  replacedCounts,
  misread('only the first of specs counts', (n) => ('specs' in n ? { ...n, specs: items(n['specs']).slice(0, 1) } : n), CILIUM),
  misread('world is IPv4', (n) => (Array.isArray(n['fromEntities']) ? { ...n, fromEntities: n['fromEntities'].map((e) => (e === 'world' ? 'world-ipv4' : (e as string))) } : n), CILIUM),
  misread('cluster leaves the hosts out', (n) => (Array.isArray(n['fromEntities']) ? { ...n, fromEntities: n['fromEntities'].flatMap((e) => (e === 'cluster' ? ['init', 'health', 'kube-apiserver'] : [e as string])) } : n), CILIUM),
  missee('where workloads differ, a named port is the first one', (w) => ({ ...w, namedPorts: new Map([...(w.namedPorts ?? [])].map(([id, lists]) => [id, lists.slice(0, 1)])) })),
  mistake('a named port on ingress is not the own one', (q) => ({ ...q, ports: [] })),
  missee('a service is found in every namespace', (w) => ({ ...w, services: (w.services ?? []).flatMap((s) => ['shop', 'bank', 'lab'].map((scope) => ({ ...s, scope }))) })),
  missee('services without a selector have no backends', (w) => ({ ...w, services: (w.services ?? []).map((s) => ({ ...s, backends: [] })) })),
  missee('no node serves the Kubernetes API', (w) => ({ ...w, nodes: (w.nodes ?? []).map((n) => ({ ...n, apiServer: false })) })),
  missee('nodes have no labels', (w) => ({ ...w, nodes: (w.nodes ?? []).map((n) => ({ ...n, labels: [] })) })),
  missee('the local host is an ordinary peer', (w) => ({ ...w, allowLocalHost: false })),
  missee('mode never is mode default', (w) => ({ ...w, mode: w.mode === 'never' ? 'default' : w.mode })),
  missee('mode always is mode default', (w) => ({ ...w, mode: w.mode === 'always' ? 'default' : w.mode })),
  mistake('ingress and egress are swapped', (q) => ({ ...q, direction: q.direction === 'ingress' ? 'egress' : 'ingress' })),
  mistake('ICMP codes count as types', (q) => (q.protocol === 1 || q.protocol === 58 ? { ...q, port: (q.port & 255) << 8 } : q)),
  mistake('SCTP is UDP', (q) => (q.protocol === 132 ? { ...q, protocol: 17 } : q)),
]; // prettier-ignore
