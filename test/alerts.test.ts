import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonName } from '@sluice/flows';
import { parse } from 'yaml';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly action: string };
}

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const rules = (
  parse(read('docs/alerts/sluice.rules.yaml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const reasonNames = new Set(Array.from({ length: 64 }, (_, reason) => reasonName(reason)));
const metrics = new Set(
  [
    'apps/agent/src/api/metrics.ts',
    'apps/agent/src/pace.ts',
    'apps/controlplane/src/store/health.ts',
  ].flatMap((file) => read(file).match(/\bsluice_\w+/g) ?? []),
);

describe('alerting rules', () => {
  it.each(rules)('$alert asks for metrics that there are, and says what to do', ({ expr, annotations }) => {
    const asked = (expr.match(/\bsluice_\w+/g) ?? []).map((name) => name.replace(/_bucket$/, ''));
    expect(asked.filter((name) => !metrics.has(name))).toEqual([]);
    expect(asked.length > 0 || expr.startsWith('up{')).toBe(true);
    expect(annotations.summary.length * annotations.action.length).toBeGreaterThan(0);
    const reasons = /reason=~"([^"]+)"/.exec(expr)?.[1]?.split('|') ?? [];
    expect(reasons.filter((reason) => !reasonNames.has(reason))).toEqual([]);
  });
});
