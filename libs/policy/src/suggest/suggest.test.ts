import { contains, IDENTITY, isCidr, labelsKey, makeLabels, parsePrefix, prefixOfLabels, reservedName, type Labels } from '@sluice/labels'; // prettier-ignore
import { oracleOf, type OracleQuestion } from '../oracle/index.js';
import { parseDocuments } from '../documents/parse.js';
import { randomQuestion, Random, randomWorld, subjectsOf } from '../testing/worlds.js';
import type { StoredPolicy, World } from '../types.js';
import { namespaceOf } from './select.js';
import { suggest, type SeenFlow, type SeenPeer } from './index.js';

const labels = (...texts: string[]): Labels => makeLabels(texts);
const inShop = 'k8s:io.kubernetes.pod.namespace=shop';
const web = labels('k8s:app=web', inShop);
const orders = labels('k8s:app=orders', inShop);
const to = (peer: SeenPeer, port: number, protocol = 'TCP'): SeenFlow => ({
  ...{ direction: 'egress', peer, protocol, port },
});
const workloads = (of: Labels): SeenPeer => ({ type: 'labels', labels: of });
const of = (flows: SeenFlow[], known: Labels[] = []) =>
  suggest({ name: 'web', labels: web, flows, known: [web, ...known] });
const egress = (flows: SeenFlow[], known?: Labels[]) =>
  (of(flows, known).document['spec'] as { egress: unknown[] }).egress;

describe('suggest', () => {
  it('is a whole Policy that isolates the subject and nobody else', () => {
    const canary = labels('k8s:app=web', 'k8s:track=canary', inShop);
    const { document, notes } = of([], [canary]);
    expect(document).toEqual({
      apiVersion: 'sluice.dev/v1',
      kind: 'Policy',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        endpointSelector: {
          matchLabels: { 'k8s:app': 'web' },
          matchExpressions: [{ key: 'k8s:track', operator: 'DoesNotExist' }],
        },
        enableDefaultDeny: { ingress: true, egress: true },
        ingress: [],
        egress: [],
      },
    });
    expect(notes).toHaveLength(3);
  });
  it('puts peers that need the same into one rule, and ports that touch into one range', () => {
    const db = labels('container:app=db', 'k8s:io.kubernetes.pod.namespace=bank');
    const flows = [81, 80, 82, 443].flatMap((port) => [to(workloads(orders), port), to(workloads(db), port)]);
    expect(egress([...flows, to(workloads(orders), 53, 'UDP')].slice(0, 8))).toEqual([
      {
        toEndpoints: [
          { matchLabels: { 'container:app': 'db', 'k8s:io.kubernetes.pod.namespace': 'bank' } },
          { matchLabels: { 'k8s:app': 'orders' } },
        ],
        toPorts: [
          { ports: [{ port: '80', endPort: 82, protocol: 'TCP' }, { port: '443', protocol: 'TCP' }] },
        ],
      },
    ]); // prettier-ignore
    expect(egress([...flows, to(workloads(orders), 53, 'UDP')])).toHaveLength(2);
  });
  it('excludes workloads that a selector would meet but that were not seen at all its ports', () => {
    const canary = labels('k8s:app=orders', 'k8s:track=canary', inShop);
    const far = labels('k8s:app=orders', 'k8s:track=canary', 'k8s:io.kubernetes.pod.namespace=bank');
    const selectors = (flows: SeenFlow[]) => JSON.stringify(egress(flows, [orders, canary, far]));
    expect(selectors([to(workloads(orders), 80)])).toContain('DoesNotExist');
    expect(selectors([to(workloads(orders), 80), to(workloads(canary), 80)])).not.toContain('DoesNotExist');
  });
  it('takes a derived label only where nothing else tells workloads apart', () => {
    const account = (name: string) =>
      labels('k8s:app=orders', `k8s:io.cilium.k8s.policy.serviceaccount=${name}`, inShop);
    const rules = (known: Labels[]) => JSON.stringify(egress([to(workloads(account('a')), 80)], known));
    expect(rules([account('a')])).not.toContain('serviceaccount');
    expect(rules([account('a'), account('b')])).toContain('"k8s:io.cilium.k8s.policy.serviceaccount":"a"');
  });
  it('names up to eight prefixes, and the world for more, and says so', () => {
    const flows = (count: number) =>
      Array.from({ length: count }, (_, n) => to({ type: 'prefix', prefix: `198.18.${n}.0/24` }, 443));
    expect(egress(flows(8))).toMatchObject([{ toCIDR: { length: 8 } }]);
    expect(egress(flows(9))).toEqual([
      { toEntities: ['world-ipv4'], toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }] },
    ]);
    expect(of(flows(9)).notes.join()).toContain('9 prefixes');
    const both = [...flows(2), to({ type: 'entity', entity: 'world-ipv4' }, 443)];
    expect(egress(both)).toMatchObject([{ toEntities: ['world-ipv4'] }]);
  });
  it('writes ICMP beside ports, and says what no rule can', () => {
    const host: SeenPeer = { type: 'entity', entity: 'host' };
    expect(egress([to(host, 8, 'ICMP'), to(host, 128, 'ICMPv6'), to(host, 80)])).toEqual([
      { toEntities: ['host'], toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }] }] },
      { toEntities: ['host'], icmps: [{ fields: [{ family: 'IPv4', type: 8 }, { family: 'IPv6', type: 128 }] }] }, // prettier-ignore
    ]);
    const { notes } = of([to(host, 0, '47'), to({ type: 'entity', entity: 'unknown' }, 80)]);
    expect(notes.join()).toMatch(/name unknown.*protocol 47/s);
  });
  it('writes labels that a terminal would obey so that it does not', () => {
    const evil = makeLabels([{ source: 'container', key: 'a\u009bc', value: '\u009b31m' }, inShop]);
    const { text, document } = of([to(workloads(evil), 80)]);
    expect(text).not.toMatch(/[\u0080-\u009f]/);
    expect(parseDocuments(text, 'x').documents[0]?.document).toEqual(document);
  });
  it('splits what is longer than a list may be', () => {
    const text = of(Array.from({ length: 95 }, (_, n) => to(workloads(orders), 1 + 2 * n))).text;
    expect(parseDocuments(text, 'x')).toMatchObject({ errors: [], documents: [{ kind: 'Policy' }] });
  });
});

const NAMES: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6', 132: 'SCTP' };

function peerOf(world: World, peer: number): SeenPeer {
  if (world.nodes?.some((node) => !node.local && node.identity === peer))
    return { type: 'entity', entity: 'remote-node' };
  const entity = reservedName(peer);
  if (entity !== null) return { type: 'entity', entity };
  const found = world.identities.find(({ id }) => id === peer)!.labels;
  return isCidr(peer)
    ? { type: 'prefix', prefix: prefixOfLabels(found)!.text }
    : { type: 'labels', labels: found };
}

const flowOf = (world: World, { direction, peer, protocol, port }: OracleQuestion): SeenFlow => ({
  direction,
  peer: peerOf(world, peer),
  protocol: NAMES[protocol] ?? String(protocol),
  port: protocol === 1 || protocol === 58 ? port >> 8 : port,
});

const familyOf = (prefix: string) => `world-ipv${parsePrefix(prefix).family}`;

/** Whether a flow that was not seen is one that the seen one stands for. */
function standsFor(seen: SeenFlow, other: SeenFlow, worldWhole: boolean): boolean {
  const same =
    seen.direction === other.direction && seen.protocol === other.protocol && seen.port === other.port;
  if (!same) return false;
  const [a, b] = [seen.peer, other.peer];
  if (a.type === 'labels' || b.type === 'labels') return JSON.stringify(a) === JSON.stringify(b);
  if (a.type === 'entity' && b.type === 'entity') return a.entity === b.entity;
  if (a.type === 'entity') return b.type === 'prefix' && a.entity === familyOf(b.prefix);
  const whole = worldWhole || parsePrefix(a.prefix).bits === 0;
  if (b.type === 'entity') return whole && b.entity === familyOf(a.prefix);
  return whole ? familyOf(a.prefix) === familyOf(b.prefix) : contains(parsePrefix(a.prefix), parsePrefix(b.prefix)); // prettier-ignore
}

const prefixesOf = (flows: readonly SeenFlow[], direction: string) =>
  new Set(
    flows.flatMap((f) => (f.direction === direction && f.peer.type === 'prefix' ? [f.peer.prefix] : [])),
  );

describe('a suggestion for random worlds', () => {
  it('lets through all that was seen, and nothing else', () => {
    let kept = 0;
    let refused = 0;
    let untouched = 0;
    for (let seed = 0; seed < 400; seed++) {
      const r = new Random(7_000_000 + seed);
      const random = randomWorld(r);
      // A node that serves the API is two entities, of which a flow names one.
      const nodes = random.nodes?.map((node) => ({ ...node, apiServer: false }));
      const world = nodes ? { ...random, nodes } : random;
      const subject = r.pick(subjectsOf(world).filter((id) => id !== IDENTITY.INIT));
      const known = world.identities.filter(({ id }) => !isCidr(id)).map(({ labels: own }) => own);
      const own = world.identities.find(({ id }) => id === subject)!.labels;
      const before = oracleOf(world);
      const questions = Array.from({ length: 120 }, () => randomQuestion(r, world, subject));
      const seen = questions.filter((q) => before.ask(q).allowed && (q.port > 0 || q.protocol === 1 || q.protocol === 58)); // prettier-ignore
      // Half of what is let through was ever tried.
      const flows = seen.filter((_, i) => i % 2 === 0).map((q) => flowOf(world, q));
      const { text, document } = suggest({ name: 'least', labels: own, flows, known });
      expect(parseDocuments(text, 'suggested').errors).toEqual([]);
      const policy: StoredPolicy = {
        ...{ kind: 'Policy', scope: namespaceOf(own)!, name: 'least', uid: 'u', revision: 1, document },
      };
      const after = oracleOf({ ...world, allowLocalHost: false, mode: 'default', policies: [policy] });
      for (const q of questions) {
        const flow = flowOf(world, q);
        const { allowed } = after.ask(q);
        const many = prefixesOf(flows, q.direction).size > 8;
        const nameable = flow.peer.type !== 'entity' || flow.peer.entity !== 'unknown';
        const expected = nameable && flows.some((one) => standsFor(one, flow, many));
        if (allowed !== expected)
          throw new Error(`seed ${seed}: ${allowed ? 'allowed' : 'denied'} ${JSON.stringify(flow)}\n${text}`);
        if (allowed) kept++;
        else refused++;
      }
      for (const other of world.identities) {
        if (isCidr(other.id) || labelsKey(other.labels) === labelsKey(own)) continue;
        untouched++;
        const { reason } = after.ask(randomQuestion(r, world, other.id));
        expect([seed, reason]).toEqual([seed, 'default-allow']);
      }
    }
    expect(kept).toBeGreaterThan(5000);
    expect(refused).toBeGreaterThan(5000);
    expect(untouched).toBeGreaterThan(500);
  }, 60_000);
});
