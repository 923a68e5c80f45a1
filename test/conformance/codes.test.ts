import { naiveEngine, resolverEngine, type OracleQuestion } from '@sluice/policy';
import { worldOf } from './cases.js';
import { incrementalEngine } from './incremental.js';

const ICMP = 1;
const ECHO = 8;

/** A rule for echoes in a world of two workloads. Policy tests name types of ICMP, but no codes. */
const { world } = worldOf({
  name: 'codes',
  link: 'https://docs.cilium.io/en/v1.19/security/policy/language/#limit-icmp-icmpv6-types',
  differs: 'Cilium matches the type of ICMP alone; so do we.',
  fails: null,
  refused: [],
  policies: [],
  text: JSON.stringify({
    apiVersion: 'sluice.dev/v1',
    kind: 'PolicyTest',
    metadata: { name: 'codes' },
    spec: {
      enforcement: 'default',
      workloads: [
        { name: 'web', labels: { app: 'web' } },
        { name: 'db', labels: { app: 'db' } },
      ],
      policies: [
        {
          apiVersion: 'cilium.io/v2',
          kind: 'CiliumNetworkPolicy',
          metadata: { name: 'echo' },
          spec: {
            endpointSelector: { matchLabels: { app: 'db' } },
            ingress: [{ icmps: [{ fields: [{ type: ECHO }] }] }],
          },
        },
      ],
    },
  }),
});

describe('difference: ICMP codes are not told apart', () => {
  it.each([naiveEngine(), resolverEngine(), incrementalEngine()].map((e) => [e.name, e] as const))(
    'engine %s allows a type with every code, and no other type',
    (_name, engine) => {
      const [subject, peer] = ['default/db', 'default/web'].map((n) => world.parties.get(n)!.identity);
      const packet = {
        subject: subject!,
        peer: peer!,
        family: 4,
        direction: 'ingress',
        protocol: ICMP,
      } as const;
      const allowed = (type: number, code: number) => {
        const question: OracleQuestion = { ...packet, port: (type << 8) | code };
        return engine.ask(world.world('node-1'), question).allowed;
      };
      expect([0, 1, 255].map((code) => allowed(ECHO, code))).toEqual([true, true, true]);
      expect([0, 1, 255].map((code) => allowed(ECHO + 1, code))).toEqual([false, false, false]);
    },
  );
});
