import {
  evaluate,
  Resolver,
  type OracleQuestion,
  type ResolvedClass,
  type TestEngine,
  type Variant,
  type World,
} from '@sluice/policy';

const ELSEWHERE = { kind: 'ClusterPolicy', scope: '_cluster', name: 'passing-by' };

/** Denies everything to everybody while it is there. */
const PASSING = {
  ...ELSEWHERE,
  uid: 'passing-by',
  revision: 1,
  document: {
    apiVersion: 'sluice.dev/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'passing-by' },
    spec: {
      endpointSelector: {},
      ingressDeny: [{ fromEntities: ['all'] }],
      egressDeny: [{ toEntities: ['all'] }],
    },
  },
};

/**
 * Resolves a class before anything is known, then gives every input as a change, the last first, and lets a policy come and go.
 * What remains must be what the world says.
 */
export function resolveByChanges(world: World, subject: number, variant: Variant = {}): ResolvedClass {
  const resolver = new Resolver('never');
  const see = () => resolver.resolve(subject, variant);
  see();
  for (const policy of [...world.policies].reverse()) {
    resolver.upsertPolicy(policy);
    see();
  }
  resolver.setMode(world.mode);
  resolver.upsertPolicy(PASSING);
  for (const identity of [...world.identities].reverse()) {
    resolver.upsertIdentity(identity);
    see();
  }
  resolver.setNodes(world.nodes ?? []);
  resolver.setServices(world.services ?? []);
  see();
  for (const [identity, ports] of world.namedPorts ?? []) resolver.setNamedPorts(identity, ports);
  resolver.setAllowLocalHost(world.allowLocalHost ?? false);
  see();
  resolver.deletePolicy(ELSEWHERE);
  return see();
}

/** Answers from what the resolver holds after all inputs came one after another. */
export function incrementalEngine(): TestEngine {
  const known = new WeakMap<World, Map<string, ResolvedClass>>();
  const classOf = (world: World, { subject, ports }: OracleQuestion): ResolvedClass => {
    let classes = known.get(world);
    if (!classes) known.set(world, (classes = new Map<string, ResolvedClass>()));
    const key = `${subject} ${JSON.stringify(ports ?? null)}`;
    let resolved = classes.get(key);
    if (!resolved) classes.set(key, (resolved = resolveByChanges(world, subject, ports ? { ports } : {})));
    return resolved;
  };
  return {
    name: 'incremental',
    ask: (world, question) => {
      if (question.self) return { allowed: true, rule: null, reason: 'self' };
      const { allowed, provenance } = evaluate(classOf(world, question), question);
      if (provenance.type === 'default') return { allowed, rule: null, reason: provenance.reason };
      const [first] = provenance.rules;
      const { kind, scope, name } = first?.policy ?? {};
      return { allowed, rule: first ? `${kind}/${scope}/${name} ${first.rule}` : null, reason: 'rule' };
    },
  };
}
