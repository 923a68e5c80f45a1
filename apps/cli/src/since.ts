import { usageError } from './exit.js';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `24h`, `7d` before `now` (milliseconds since 1970), or a time in RFC 3339, as RFC 3339. Throws CliError (usage). */
export function parseSince(text: string, now: number): string {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  const time = ago ? now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? NaN) : timeOf(text);
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw usageError(`--since '${text}' is no time`, 'for example 30m, 24h, 7d, or 2026-11-23T10:00:00Z');
}

const timeOf = (text: string): number => (/^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN);
