import type { KnownStoreInput } from '@sluice/api';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number => (Number.isSafeInteger(value) ? Number(value) : 0);
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** What an agent's status says of the store that it knows. Null for what is no status; agents of other versions may say less. Pure. */
export function readKnown(node: string, json: string): KnownStoreInput | null {
  try {
    const status = record(JSON.parse(json));
    const guard = record(record(status['store'])['guard']);
    return {
      node,
      frozen: textOf(status['frozen']),
      uuid: textOf(guard['uuid']),
      generation: numberOf(guard['generation']),
      revision: numberOf(guard['revision']),
    };
  } catch {
    return null;
  }
}
