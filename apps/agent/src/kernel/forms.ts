import type { ClassForm, PolicyEntry, StagedForm } from '@sluice/datapath';
import type { PolicyMapEntry, Provenance, ResolvedClass } from '@sluice/policy';

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

/** Cookies that a form names. */
export function cookiesOf(form: ClassForm): number[] {
  const of = ({ defaultCookies, entries }: StagedForm) => [
    ...defaultCookies,
    ...entries.map((e) => e.cookie),
  ];
  return form.staged ? [...of(form), ...of(form.staged)] : of(form);
}
