import { PolicyForms } from '../normal/forms.js';
import type { StoredPolicy } from '../types.js';
import type { PlanInput } from './types.js';

/** Entities and classes that have numbers of their own. */
const RESERVED = 16;

/**
 * A number that no map of any subject can exceed, whatever policies select it: peers times port keys. Cheap, and far too high
 * where there are many of both; who gets a small number need not count. Pure.
 */
export function mostEntries({ world, put, forms = new PolicyForms() }: Omit<PlanInput, 'limit'>): number {
  const keys = new Set<number>();
  const prefixes = new Set<string>();
  let named = 0;
  const services = world.services ?? [];
  const add = (stored: StoredPolicy) => {
    const policy = forms.of(stored);
    for (const prefix of policy.prefixes) prefixes.add(prefix);
    for (const { rules } of forms.compiled(policy, services).specs)
      for (const rule of rules) {
        for (const key of rule.keys) keys.add(key);
        named += rule.names.length;
      }
  };
  for (const stored of [...world.policies, ...put]) add(stored);
  const backends = services.reduce((sum, { backends: b }) => sum + b.length, 0);
  const peers = world.identities.length + prefixes.size + backends + (world.nodes ?? []).length + RESERVED;
  // A name is at most one port of each of three protocols for each form in which an identity's workloads have it.
  let lists = named > 0 ? 1 : 0;
  if (named > 0) for (const own of world.namedPorts?.values() ?? []) lists = Math.max(lists, own.length);
  const forEachPeer = keys.size + 3 * named * lists + 2;
  return 2 * peers * forEachPeer;
}
