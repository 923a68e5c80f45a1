import { keyOf, nameOf, type Change, type Plan, type Present } from './plan.js';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Whether a document, valid or not, stands above or below the policies of namespaces. */
export function isTiered(document: unknown): boolean {
  if (!isObject(document)) return false;
  if (document['kind'] === 'ClusterNetworkPolicy') return true;
  const spec = document['spec'];
  const tier = isObject(spec) ? spec['tier'] : undefined;
  return tier !== undefined && tier !== null && tier !== 'normal';
}

/**
 * Policies of the admin and baseline tiers that a plan would write, replace or delete, by name. What they say holds over or
 * under everybody's own policies, so only an admin may change them.
 */
export function tieredChanges({ results, ops }: Plan, present: Present): string[] {
  const written = new Map(ops.flatMap((op) => ('put' in op ? [[op.put, op.value] as const] : [])));
  return results
    .filter(({ action }) => action !== 'unchanged')
    .filter(({ ref }) => {
      const after = written.get(keyOf(ref));
      const forms = [present.get(keyOf(ref))?.value, after] as (Json | undefined)[];
      return forms.some((form) => isTiered(form?.['document']));
    })
    .map(({ ref }) => nameOf(ref));
}

/** Those of `tieredChanges` that whoever makes the change may not make. */
export const refusedTiers = (plan: Plan, present: Present, change: Change): string[] =>
  change.admin === true ? [] : tieredChanges(plan, present);
