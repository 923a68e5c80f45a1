import { contains, parsePrefix } from '@sluice/labels';
import { describe, type Path, type Report } from './issue.js';
import { attempt } from './selector.js';
import { check, list, object, text, then, type Check, type Mapping } from './schema.js';

/** One of some words. */
export function oneOf(...allowed: readonly string[]): Check {
  return text(
    (v) => (allowed.includes(v) ? null : `${JSON.stringify(v.slice(0, 80))} is not known`),
    `allowed are ${allowed.join(', ')}`,
    { enum: allowed },
  );
}

/** A whole number in a range. */
export function integer(min: number, max: number): Check {
  return check({ type: 'integer', minimum: min, maximum: max }, (value, path, report) => {
    if (typeof value !== 'number' || !Number.isInteger(value))
      report(path, `must be a whole number, not ${describe(value)}`, `from ${min} to ${max}`);
    else if (value < min || value > max) report(path, `${value} is out of range`, `from ${min} to ${max}`);
  });
}

/** The fields of these names that are there: neither absent nor null. */
export function present(value: unknown, names: readonly string[]): string[] {
  return names.filter((n) => (value as Mapping)[n] !== undefined && (value as Mapping)[n] !== null);
}

/** A mapping in which exactly one of some fields stands. */
export function exactlyOne(names: readonly string[], shape: Check): Check {
  const schema = { oneOf: names.map((name) => ({ required: [name] })) };
  const one = (value: unknown, path: Path, report: Report) => {
    const found = present(value, names);
    if (found.length !== 1)
      report(
        path,
        found.length === 0
          ? `one of ${names.join(', ')} is missing`
          : `${found.join(' and ')} cannot stand together`,
        `exactly one of ${names.join(', ')}`,
      );
  };
  return then(shape, one, schema);
}

/** An address or a prefix. */
export const cidr: Check = text((v) => attempt(() => parsePrefix(v)));

/** A prefix with its length. */
export const strictCidr: Check = text((v) =>
  v.includes('/') ? attempt(() => parsePrefix(v)) : `${JSON.stringify(v)} has no prefix length`,
);

/** A prefix with exceptions inside it. `strict`: an exception is not the whole prefix, as in Kubernetes. */
export function cidrSet(unsupported: Readonly<Record<string, string>>, strict: boolean): Check {
  return then(
    object({ fields: { cidr: strictCidr, except: list(strictCidr) }, required: ['cidr'], unsupported }),
    (value, path, report) => {
      const { cidr: whole, except } = value as { cidr: string; except?: string[] | null };
      const outer = parsePrefix(whole);
      (except ?? []).forEach((text, i) => {
        const inner = parsePrefix(text);
        const at = [...path, 'except', i];
        const hint = 'an exception must be a part of the prefix';
        if (!contains(outer, inner)) report(at, `${text} is not inside ${whole}`, hint);
        else if (strict && inner.bits === outer.bits) report(at, `${text} is all of ${whole}`, hint);
      });
    },
  );
}

/** A service name as IANA has it: at most 15 letters, digits and single dashes, a letter among them. */
export function isPortName(name: string): boolean {
  return (
    name.length <= 15 &&
    /[A-Za-z]/.test(name) &&
    /^[A-Za-z0-9][-A-Za-z0-9]*$/.test(name) &&
    !name.includes('--') &&
    !name.endsWith('-')
  );
}
