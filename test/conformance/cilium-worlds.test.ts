import { ciliumWorld, COMPARED } from './cilium/worlds.js';

const KINDS = [
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'Policy',
  'ClusterPolicy',
];

/** What run.sh asks Cilium's engine is what is meant: its own kinds, most of the packets, both verdicts. */
describe('worlds for the engine of Cilium', () => {
  const worlds = Array.from({ length: 200 }, (_, seed) => ciliumWorld(seed, COMPARED.filter((f) => f !== 'named-ports'), 40)); // prettier-ignore

  it('are the same for the same seed', () => {
    expect(ciliumWorld(7, COMPARED, 40)).toEqual(ciliumWorld(7, COMPARED, 40));
  });

  it('are of kinds and versions that Cilium reads', () => {
    const policies = worlds.flatMap((w) => w.policies);
    expect(policies.filter((p) => !KINDS.includes(p.kind))).toEqual([]);
    expect(new Set(policies.map((p) => p.document['apiVersion']))).toEqual(new Set(['networking.k8s.io/v1', 'cilium.io/v2'])); // prettier-ignore
    const cilium = policies.filter((p) => p.kind !== 'NetworkPolicy');
    expect(JSON.stringify(cilium)).not.toMatch(/"port":\d/);
  });

  it('leave most packets in, with both verdicts', () => {
    const questions = worlds.flatMap((w) => w.questions);
    expect(questions.length / (worlds.length * 40)).toBeGreaterThan(0.5);
    const allowed = questions.filter((q) => q.allowed).length;
    expect(allowed / questions.length).toBeGreaterThan(0.2);
    expect(allowed / questions.length).toBeLessThan(0.8);
  });
});
