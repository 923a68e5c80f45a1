import type { StoredPolicy, World } from '../types.js';

type Loose = Readonly<Record<string, unknown>> | null | undefined;
const ANNOTATION = 'sluice.dev/enforcement';

function isStaged({ document }: StoredPolicy): boolean {
  const { metadata, spec } = document as { metadata?: { annotations?: Loose }; spec?: Loose };
  return metadata?.annotations?.[ANNOTATION] === 'audit' || spec?.['enforcement'] === 'audit';
}

/** The same policy, enforced. */
function enforced(policy: StoredPolicy): StoredPolicy {
  const { metadata, spec, ...rest } = policy.document as {
    metadata: { annotations?: Record<string, string> };
    spec?: Record<string, unknown>;
  };
  const { annotations, ...names } = metadata;
  const kept = Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => key !== ANNOTATION));
  const document = {
    ...rest,
    metadata: { ...names, ...(Object.keys(kept).length > 0 ? { annotations: kept } : {}) },
    ...(spec
      ? { spec: Object.fromEntries(Object.entries(spec).filter(([key]) => key !== 'enforcement')) }
      : {}),
  };
  return { ...policy, document };
}

const split = new WeakMap<World, { readonly enforced: World; readonly staged: World }>();

/** A world as it is enforced, without staged policies, and as it would be with them (POLICY 9). Made once for each world. */
export function bothWorlds(world: World): { readonly enforced: World; readonly staged: World } {
  let both = split.get(world);
  if (!both) {
    const live = world.policies.filter((p) => !isStaged(p));
    both =
      live.length === world.policies.length
        ? { enforced: world, staged: world }
        : {
            enforced: { ...world, policies: live },
            staged: { ...world, policies: world.policies.map((p) => (isStaged(p) ? enforced(p) : p)) },
          };
    split.set(world, both);
  }
  return both;
}
