import type { Resolver } from '../engine/resolver.js';
import type { IdentityInput, World } from '../types.js';
import type { Change } from './changes.js';
import { sameRef } from './changes.js';
import type { Random } from './random.js';

/** One call of the resolver, and the input that it is about. */
export interface Gift {
  readonly input: Change['input'];
  readonly give: (resolver: Resolver) => void;
}

function identityGifts(before: readonly IdentityInput[], after: readonly IdentityInput[]): Gift[] {
  const old = new Map(before.map((i) => [i.id, i]));
  const now = new Set(after.map((i) => i.id));
  const gone = before.filter((i) => !now.has(i.id));
  const come = after.filter((i) => old.get(i.id) !== i);
  return [
    ...gone.map(({ id }): Gift => ({ input: 'identity-gone', give: (r) => r.deleteIdentity(id) })),
    ...come.map((i): Gift => ({ input: 'identity', give: (r) => void r.upsertIdentity(i) })),
  ];
}

function portGifts(before: World, after: World): Gift[] {
  const ids = new Set([...(before.namedPorts?.keys() ?? []), ...(after.namedPorts?.keys() ?? [])]);
  const differ = [...ids].filter((id) => before.namedPorts?.get(id) !== after.namedPorts?.get(id));
  const ports = (id: number) => after.namedPorts?.get(id) ?? null;
  return differ.map((id) => ({ input: 'named-ports', give: (r) => r.setNamedPorts(id, ports(id)) }));
}

/** What a resolver that knows one world must be told so that it knows the other: only what differs, as an agent does. */
export function giftsOf(before: World, after: World): Gift[] {
  const gone = before.policies.filter((p) => !after.policies.some((q) => sameRef(p, q)));
  const come = after.policies.filter((p) => !before.policies.includes(p));
  const { services, nodes, allowLocalHost, mode } = after;
  const whole = (input: Change['input'], differs: boolean, give: Gift['give']): Gift[] =>
    differs ? [{ input, give }] : [];
  return [
    ...gone.map((p): Gift => ({ input: 'policy-gone', give: (r) => r.deletePolicy(p) })),
    ...come.map((p): Gift => ({ input: 'policy', give: (r) => void r.upsertPolicy(p) })),
    ...identityGifts(before.identities, after.identities),
    ...portGifts(before, after),
    ...whole('services', services !== before.services, (r) => r.setServices(services ?? [])),
    ...whole('nodes', nodes !== before.nodes, (r) => r.setNodes(nodes ?? [])),
    ...whole('local-host', allowLocalHost !== before.allowLocalHost, (r) => r.setAllowLocalHost(allowLocalHost ?? false)),
    ...whole('mode', mode !== before.mode, (r) => r.setMode(mode)),
  ]; // prettier-ignore
}

/** The same in any order: what a resolver says depends on what it knows, not on when it learnt it. */
export function shuffled<T>(r: Random, items: readonly T[]): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = r.int(0, i);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
