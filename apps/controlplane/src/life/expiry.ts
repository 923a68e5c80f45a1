import type { ProblemInput } from '@sluice/api';
import { nameOf, type Wanted } from '../policies/plan.js';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** When a stored document ends, in milliseconds since 1970; null: never. */
export function expiresAt(document: unknown): number | null {
  const spec = isObject(document) ? document['spec'] : null;
  const text = isObject(spec) ? spec['expires'] : null;
  const at = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** Documents that are over before they are applied. */
export function expiredProblems(policies: readonly Wanted[], file: string, now: number): ProblemInput[] {
  return policies.flatMap(({ ref, document, index }) => {
    const at = expiresAt(document);
    if (at === null || at > now) return [];
    const message = `${nameOf(ref)} has ended already: ${new Date(at).toISOString()} is past`;
    return [{ document: index, path: '$.spec.expires', message, hint: 'give a later time, or none', file }];
  });
}
