import type { ClassForm, FormChange, PolicyEntry, StagedForm } from '@sluice/datapath';
import type { MapDelta, PolicyMapEntry, Provenance, ResolvedClass } from '@sluice/policy';

/** Numbers for provenances, journalled before it returns. */
export interface CookieAssigner {
  assign(provenances: readonly Provenance[]): number[];
}

/** A resolver's entry with its cookie, as the data path writes it. */
export function policyEntry(entry: PolicyMapEntry, cookie: number): PolicyEntry {
  const { identity, direction, protocol, port, portBits, deny, precedence } = entry;
  return { identity, direction, protocol, port, portBits, deny, precedence, cookie, ruleSet: 0, auth: 0 };
}

const provenancesOf = ({ defaults, entries }: ResolvedClass): Provenance[] => [
  defaults.egress,
  defaults.ingress,
  ...entries.map((entry) => entry.provenance),
];

function formOf({ entries }: ResolvedClass, cookies: readonly number[]): StagedForm {
  const [egress, ingress] = cookies as [number, number];
  return {
    defaultCookies: [egress, ingress],
    entries: entries.map((entry, i) => policyEntry(entry, cookies[i + 2]!)),
  };
}

/**
 * What a class shall be in the kernel; `staged` is what enforced and staged policies together would be, null where none is staged.
 * Cookies of all entries are assigned, and in the journal, with one write.
 */
export function classForm(
  resolved: ResolvedClass,
  staged: ResolvedClass | null,
  cookies: CookieAssigner,
): ClassForm {
  const enforced = provenancesOf(resolved);
  const numbers = cookies.assign(staged ? [...enforced, ...provenancesOf(staged)] : enforced);
  const form = formOf(resolved, numbers.slice(0, enforced.length));
  return staged ? { ...form, staged: formOf(staged, numbers.slice(enforced.length)) } : form;
}

/**
 * The writes of a delta, with cookies, and what "nothing matched" means from then on: by its provenances, or by the cookies that
 * hold still. All cookies are assigned with one write to the journal.
 */
export function formChange(
  { writes }: MapDelta,
  defaults: ResolvedClass['defaults'] | readonly [number, number],
  cookies: CookieAssigner,
): FormChange {
  const own = 'egress' in defaults ? [defaults.egress, defaults.ingress] : [];
  const puts = writes.filter(({ op }) => op === 'put');
  const numbers = cookies.assign([...own, ...puts.map(({ entry }) => entry.provenance)]);
  let next = own.length;
  return {
    defaultCookies: 'egress' in defaults ? [numbers[0]!, numbers[1]!] : defaults,
    // What is deleted needs no number.
    writes: writes.map(({ op, entry }) => ({
      op,
      entry: policyEntry(entry, op === 'put' ? numbers[next++]! : 0),
    })),
  };
}
