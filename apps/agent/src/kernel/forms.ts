import type { ClassForm, PolicyEntry } from '@sluice/datapath';
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

/** What a class shall be in the kernel. Cookies of all its entries are assigned, and on disk, with one write. */
export function classForm(resolved: ResolvedClass, cookies: CookieAssigner): ClassForm {
  const numbers = cookies.assign([
    resolved.defaults.egress,
    resolved.defaults.ingress,
    ...resolved.entries.map((entry) => entry.provenance),
  ]);
  const [egress, ingress] = numbers as [number, number];
  return {
    defaultCookies: [egress, ingress],
    entries: resolved.entries.map((entry, i) => policyEntry(entry, numbers[i + 2]!)),
  };
}

/** Cookies that a form names. */
export function cookiesOf(form: ClassForm): number[] {
  return [...form.defaultCookies, ...form.entries.map((entry) => entry.cookie)];
}
