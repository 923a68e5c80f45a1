import { text } from './schema.js';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

/** A moment of RFC 3339 in milliseconds since 1970; null where the text is none, or a day that does not exist. */
export function parseTime(value: string): number | null {
  const [, year, month, day] = RFC3339.exec(value) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const at = Date.parse(value);
  return date.getUTCDate() === Number(day) && !Number.isNaN(at) ? at : null;
}

/** `spec.expires`: when the policy ends. Whether that is past, only a server knows: there is no clock here. */
export const expires = text(
  (value) => (parseTime(value) === null ? `${JSON.stringify(value.slice(0, 80))} is no time` : null),
  'a time as 2026-12-31T18:00:00Z or 2026-12-31T19:00:00+01:00',
);
