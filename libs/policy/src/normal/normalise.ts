import { compareText } from '@sluice/labels';
import { validateDocument } from '../documents/parse.js';
import { isStaged, replacedBy } from '../documents/replaces.js';
import type { CiliumSchemaDocument, PolicyDocument } from '../documents/types.js';
import type { DocumentError, PolicyRef, StoredPolicy } from '../types.js';
import { ciliumSpec } from './cilium.js';
import type { NormalPolicy, NormalSpec } from './form.js';
import { clusterNetworkPolicy, networkPolicy } from './kubernetes.js';
import { refOf } from './origin.js';
import { shut, type Shut } from './shut.js';

export { PROTOCOL } from './shared.js';

function prefixesOf(specs: readonly NormalSpec[]): string[] {
  const found = new Set<string>();
  for (const spec of specs)
    for (const rule of spec.rules)
      for (const peer of rule.peers)
        if (peer.type === 'cidr') for (const p of [peer.prefix, ...peer.except]) found.add(p);
  return [...found].sort(compareText);
}

/** A policy's internal form. With errors it is the form that only isolates. */
export interface Normalised {
  readonly policy: NormalPolicy;
  readonly errors: readonly DocumentError[];
}

function ciliumPolicy(stored: StoredPolicy, { spec, specs }: CiliumSchemaDocument): Shut {
  return {
    tier: spec?.tier ?? 'normal',
    priority: spec?.priority ?? 0,
    specs: [
      ...(spec ? [ciliumSpec(stored, '', spec)] : []),
      ...(specs ?? []).map((s, i) => ciliumSpec(stored, `specs[${i}].`, s)),
    ],
  };
}

function content(stored: StoredPolicy, document: PolicyDocument): Shut {
  if (document.kind === 'NetworkPolicy')
    return { tier: 'normal', priority: 0, specs: [networkPolicy(stored, document)] };
  if (document.kind !== 'ClusterNetworkPolicy') return ciliumPolicy(stored, document);
  const { tier, priority } = document.spec;
  const specs = [clusterNetworkPolicy(stored, document)];
  return { tier: tier === 'Admin' ? 'admin' : 'baseline', priority, specs };
}

/** Brings a stored policy of any dialect to the internal form. Pure; never throws. */
export function normalise(stored: StoredPolicy): Normalised {
  const { document: valid, errors } = validateDocument(stored.document);
  const form = valid ? content(stored, valid.document) : shut(stored);
  const ref = refOf(stored);
  const staged = isStaged(stored.document);
  const replaces = replacedBy(stored.document, ref);
  const policy = { ref, ...form, staged, replaces, prefixes: prefixesOf(form.specs) };
  return { policy, errors: valid ? [] : errors };
}

/**
 * Every prefix that policies name, exceptions too, canonical and sorted: the prefixes that need CIDR identities. Policies that
 * cannot be compiled name none.
 */
export function cidrPrefixesOf(policies: Iterable<StoredPolicy>): string[] {
  const found = new Set<string>();
  for (const stored of policies) for (const prefix of normalise(stored).policy.prefixes) found.add(prefix);
  return [...found].sort(compareText);
}

/** Order of policies: kind, scope, name, each in byte order. */
export function compareRefs(a: PolicyRef, b: PolicyRef): number {
  return compareText(a.kind, b.kind) || compareText(a.scope, b.scope) || compareText(a.name, b.name);
}
