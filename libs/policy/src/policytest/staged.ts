import { isStaged, replacedBy } from '../documents/replaces.js';
import type { StoredPolicy, World } from '../types.js';

const ANNOTATIONS = ['sluice.dev/enforcement', 'sluice.dev/replaces'];
const FIELDS = ['enforcement', 'replaces'];

/** The same policy, enforced. */
function enforced(policy: StoredPolicy): StoredPolicy {
  const { metadata, spec, ...rest } = policy.document as {
    metadata: { annotations?: Record<string, string> };
    spec?: Record<string, unknown>;
  };
  const { annotations, ...names } = metadata;
  const kept = Object.fromEntries(
    Object.entries(annotations ?? {}).filter(([key]) => !ANNOTATIONS.includes(key)),
  );
  const document = {
    ...rest,
    metadata: { ...names, ...(Object.keys(kept).length > 0 ? { annotations: kept } : {}) },
    ...(spec
      ? { spec: Object.fromEntries(Object.entries(spec).filter(([key]) => !FIELDS.includes(key))) }
      : {}),
  };
  return { ...policy, document };
}

/** What counts in staged verdicts: all but what a staged policy replaces, and all of it enforced. */
function counted(policies: readonly StoredPolicy[]): StoredPolicy[] {
  const replaced = policies.map((p) => replacedBy(p.document, p));
  const isReplaced = (p: StoredPolicy) =>
    replaced.some((r) => r !== null && r.kind === p.kind && r.scope === p.scope && r.name === p.name);
  return policies.filter((p) => !isReplaced(p)).map((p) => (isStaged(p.document) ? enforced(p) : p));
}

const split = new WeakMap<World, { readonly enforced: World; readonly staged: World }>();

/** A world as it is enforced, without staged policies, and as it would be with them (POLICY 9). Made once for each world. */
export function bothWorlds(world: World): { readonly enforced: World; readonly staged: World } {
  let both = split.get(world);
  if (!both) {
    const live = world.policies.filter((p) => !isStaged(p.document));
    both =
      live.length === world.policies.length
        ? { enforced: world, staged: world }
        : {
            enforced: { ...world, policies: live },
            staged: { ...world, policies: counted(world.policies) },
          };
    split.set(world, both);
  }
  return both;
}
