import {
  checkWorkloadLabels,
  cidrLabels,
  contains,
  derivedLabels,
  formatLabel,
  IDENTITY,
  labelsKey,
  makeLabels,
  parsePrefix,
  worldOf,
  type Labels,
  type Prefix,
} from '@sluice/labels';
import { parseDocuments, validateDocument } from '../documents/parse.js';
import { cidrPrefixesOf } from '../normal/normalise.js';
import type {
  IdentityInput,
  NamedPortInput,
  NodeInput,
  ServiceInput,
  StoredPolicy,
  World,
} from '../types.js';
import { labelTexts } from './labels.js';
import type { FileError, PolicyTest, WorkloadDocument } from './types.js';

const NUMBERS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, SCTP: 132 };
const FIRST_NODE = 2 ** 25;
const DEFAULT_NODE = 'node-1';

/** Somebody whom an expectation can name. */
export interface Party {
  readonly name: string;
  readonly node: string;
  /** Of its own identity; a host has a number in the eyes of each node. */
  readonly identity: number;
  readonly host: boolean;
  readonly labels: Labels;
  readonly ports: readonly NamedPortInput[];
  readonly families: readonly (4 | 6)[];
}

/** A world made from a test: the same for every node but for who is the local host. */
export interface TestWorld {
  readonly parties: ReadonlyMap<string, Party>;
  readonly byAddress: ReadonlyMap<string, Party>;
  readonly world: (node: string) => World;
  /** The identity of an address that is no workload's. */
  readonly identityOfAddress: (address: Prefix) => number;
}

/** `shop/web`, or `node/node-1` for a host. */
function partyName(w: WorkloadDocument): string {
  return w.host ? `node/${w.name}` : `${w.namespace ?? 'default'}/${w.name}`;
}

class Builder {
  readonly errors: FileError[] = [];
  readonly #identities = new Map<string, IdentityInput>();
  readonly #namespaceLabels: Map<string, Record<string, string>>;

  constructor(private readonly test: PolicyTest) {
    this.#namespaceLabels = new Map(
      (test.document.spec.namespaces ?? []).map((n) => [n.name, { ...n.labels }]),
    );
  }

  #namespace(name: string): Record<string, string> {
    return { ...this.#namespaceLabels.get(name), 'kubernetes.io/metadata.name': name };
  }

  #identity(labels: Labels): number {
    const key = labelsKey(labels);
    const found = this.#identities.get(key);
    if (found) return found.id;
    const id = IDENTITY.CLUSTER_MIN + this.#identities.size;
    this.#identities.set(key, { id, labels });
    return id;
  }

  party(w: WorkloadDocument, index: number): Party {
    const path = ['spec', 'workloads', index];
    const own = makeLabels(labelTexts(w.labels ?? {}), 'k8s');
    for (const { message } of checkWorkloadLabels(own))
      this.errors.push(this.test.at([...path, 'labels'], message));
    const namespace = w.namespace ?? 'default';
    const derived = derivedLabels({
      namespace,
      cluster: 'default',
      serviceAccount: w.serviceAccount ?? 'default',
      namespaceLabels: this.#namespace(namespace),
    });
    const sound = this.errors.length === 0;
    const labels = w.host || !sound ? own : makeLabels([...own, ...derived]);
    return {
      name: partyName(w),
      node: w.host ? w.name : (w.node ?? DEFAULT_NODE),
      identity: w.host ? IDENTITY.HOST : this.#identity(labels),
      host: w.host ?? false,
      labels,
      ports: (w.ports ?? []).map((p) => ({
        name: p.name,
        port: p.port,
        protocol: NUMBERS[p.protocol ?? 'TCP'] ?? 6,
      })),
      families: (w.addresses ?? []).map((a) => parsePrefix(a).family),
    };
  }

  parties(): { parties: Map<string, Party>; byAddress: Map<string, Party> } {
    const parties = new Map<string, Party>();
    const byAddress = new Map<string, Party>();
    (this.test.document.spec.workloads ?? []).forEach((w, i) => {
      const party = this.party(w, i);
      const path = ['spec', 'workloads', i];
      if (parties.has(party.name))
        this.errors.push(this.test.at([...path, 'name'], `${party.name} stands twice`));
      parties.set(party.name, party);
      (w.addresses ?? []).forEach((a, j) => {
        const key = parsePrefix(a).text;
        const other = byAddress.get(key);
        if (other)
          this.errors.push(
            this.test.at([...path, 'addresses', j], `${a} is the address of ${other.name} too`),
          );
        byAddress.set(key, party);
      });
    });
    return { parties, byAddress };
  }

  services(): ServiceInput[] {
    return (this.test.document.spec.services ?? []).map((s) => ({
      scope: s.namespace ?? 'default',
      name: s.name,
      labels: makeLabels(labelTexts(s.labels ?? {}), 'k8s'),
      selector: s.selector && Object.keys(s.selector).length > 0 ? s.selector : null,
      backends: s.backends ?? [],
    }));
  }

  namespaces(parties: Iterable<Party>): Record<string, Labels> {
    const names = new Set([...this.#namespaceLabels.keys(), 'default']);
    for (const p of parties) if (!p.host) names.add(p.name.slice(0, p.name.indexOf('/')));
    const labels = (n: string) =>
      makeLabels(
        Object.entries(this.#namespace(n)).map(([key, value]) => ({ source: 'k8s' as const, key, value })),
      );
    return Object.fromEntries([...names].map((n) => [n, labels(n)]));
  }

  identities(): IdentityInput[] {
    return [...this.#identities.values()];
  }
}

function stored(kind: string, scope: string, name: string, document: unknown, i: number): StoredPolicy {
  return { kind, scope, name, uid: `${kind}/${scope}/${name}`, revision: i + 1, document };
}

/** The policies of a test. `texts` holds the files that it names. */
export function policiesOf(
  test: PolicyTest,
  texts: ReadonlyMap<string, string>,
): { policies: StoredPolicy[]; errors: FileError[] } {
  const policies: StoredPolicy[] = [];
  const errors: FileError[] = [];
  const seen = new Set<string>();
  const add = (p: StoredPolicy, error: (message: string) => FileError) => {
    if (seen.has(p.uid)) errors.push(error(`${p.uid} stands twice`));
    seen.add(p.uid);
    policies.push(p);
  };
  (test.document.spec.policies ?? []).forEach((entry, i) => {
    const path = ['spec', 'policies', i];
    if (typeof entry === 'string') {
      const parsed = parseDocuments(texts.get(entry) ?? '', entry);
      errors.push(...parsed.errors.map((e) => ({ ...e, file: entry })));
      for (const d of parsed.documents)
        add(stored(d.kind, d.scope, d.name, d.document, policies.length), (m) => test.at(path, m));
      return;
    }
    const { document, errors: wrong } = validateDocument(entry);
    for (const e of wrong) errors.push({ ...test.at(path, `${e.path} ${e.message}`), hint: e.hint });
    if (document)
      add(stored(document.kind, document.scope, document.name, document.document, policies.length), (m) =>
        test.at(path, m),
      );
  });
  return { policies, errors };
}

/** `networks` would have to match pods too, which they do not yet: refused where they could (POLICY 5). */
function networksOverPods(
  test: PolicyTest,
  policies: readonly StoredPolicy[],
  byAddress: ReadonlyMap<string, Party>,
): FileError[] {
  const errors: FileError[] = [];
  for (const policy of policies) {
    if (policy.kind !== 'ClusterNetworkPolicy') continue;
    const named = JSON.stringify(policy.document).matchAll(/"networks":\[([^\]]*)\]/g);
    const prefixes = [...named].flatMap((m) => JSON.parse(`[${m[1] ?? ''}]`) as string[]);
    for (const prefix of new Set(prefixes))
      for (const [address, party] of byAddress)
        if (!party.host && contains(parsePrefix(prefix), parsePrefix(address)))
          errors.push(
            test.at(
              ['spec', 'policies'],
              `${policy.uid}: the network ${prefix} contains the workload ${party.name}`,
              'networks that overlap the addresses of workloads are not supported',
            ),
          );
  }
  return errors;
}

/** `served` are the nodes with the Kubernetes API. */
function nodesOf(parties: Iterable<Party>, served: ReadonlySet<string>, local: string): NodeInput[] {
  const hosts = new Map<string, Labels>();
  for (const p of parties) if (p.host) hosts.set(p.node, p.labels);
  for (const p of parties) if (!hosts.has(p.node)) hosts.set(p.node, []);
  if (!hosts.has(local)) hosts.set(local, []);
  return [...hosts].map(([name, labels], i) => ({
    name,
    labels,
    local: name === local,
    identity: name === local ? IDENTITY.HOST : FIRST_NODE + i,
    apiServer: served.has(name),
  }));
}

function namedPortsOf(parties: Iterable<Party>): Map<number, NamedPortInput[][]> {
  const found = new Map<number, Map<string, NamedPortInput[]>>();
  for (const p of parties) {
    if (p.host) continue;
    const lists = found.get(p.identity) ?? new Map<string, NamedPortInput[]>();
    found.set(p.identity, lists.set(JSON.stringify(p.ports), [...p.ports]));
  }
  return new Map([...found].map(([id, lists]) => [id, [...lists.values()]]));
}

function prefixTable(policies: readonly StoredPolicy[], services: readonly ServiceInput[]) {
  const backends = services.filter((s) => s.selector === null).flatMap((s) => s.backends);
  const texts = new Set([...cidrPrefixesOf(policies), ...backends.map((b) => parsePrefix(b).text)]);
  const named = [...texts].sort().map(parsePrefix);
  return named.map((prefix, i) => ({
    id: IDENTITY.CIDR_FLAG + i,
    prefix,
    labels: cidrLabels(prefix, named),
  }));
}

/** Makes the world of a test; where it cannot be made, the errors say why. Pure; never throws. */
export function buildWorld(
  test: PolicyTest,
  texts: ReadonlyMap<string, string>,
): { readonly world: TestWorld | null; readonly errors: readonly FileError[] } {
  const builder = new Builder(test);
  const { parties, byAddress } = builder.parties();
  const { policies, errors } = policiesOf(test, texts);
  const all = [...builder.errors, ...errors, ...networksOverPods(test, policies, byAddress)];
  if (all.length > 0) return { world: null, errors: all };
  const services = builder.services();
  const table = prefixTable(policies, services);
  const { enforcement, allowLocalHost } = test.document.spec;
  const common = {
    mode: enforcement ?? 'always',
    policies,
    identities: [...builder.identities(), ...table.map(({ id, labels }) => ({ id, labels }))],
    namespaces: builder.namespaces(parties.values()),
    namedPorts: namedPortsOf(parties.values()),
    services,
    allowLocalHost: allowLocalHost === 'always',
  } satisfies World;
  const apiservers = services.filter((s) => s.scope === 'default' && s.name === 'kubernetes');
  const api = new Set(apiservers.flatMap((s) => s.backends.map((b) => parsePrefix(b).text)));
  const hosts = [...byAddress].flatMap(([address, p]) =>
    p.host && api.has(parsePrefix(address).text) ? [p.node] : [],
  );
  const served = new Set(hosts);
  const worlds = new Map<string, World>();
  return {
    errors: [],
    world: {
      parties,
      byAddress,
      world: (node) => {
        let world = worlds.get(node);
        if (!world) {
          world = { ...common, nodes: nodesOf([...parties.values()], served, node) };
          worlds.set(node, world);
        }
        return world;
      },
      identityOfAddress: (address) => {
        if (api.has(address.text)) return IDENTITY.KUBE_APISERVER;
        const covering = table.filter((t) => contains(t.prefix, address));
        return covering.sort((a, b) => b.prefix.bits - a.prefix.bits)[0]?.id ?? worldOf(address.family);
      },
    },
  };
}

/** For messages: the labels of a party in a line. */
export function showLabels(labels: Labels): string {
  return labels.map(formatLabel).join(' ');
}
