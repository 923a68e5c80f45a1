import type { ChangeValue, Entry } from '@sluice/store';
import { staleChanges } from './history.js';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const DAY = 24 * 3600 * 1000;
const change = (name: string, revision: number, days: number): Entry<ChangeValue> => ({
  key: `changes/${name}`,
  value: { author: 'olga', time: new Date(NOW - days * DAY).toISOString(), policies: [] },
  createRevision: revision,
  modRevision: revision,
});

describe('staleChanges', () => {
  it('are those of more than 90 days', () => {
    expect(staleChanges([change('new', 9, 89), change('old', 5, 91)], NOW)).toEqual(['changes/old']);
  });
  it('and those beyond the number that is kept, but none of the last days', () => {
    const entries = [change('a', 1, 4), change('b', 2, 3), change('c', 3, 1), change('d', 4, 0)];
    expect(staleChanges(entries, NOW, 3)).toEqual(['changes/a']);
    expect(staleChanges(entries, NOW, 1)).toEqual(['changes/b', 'changes/a']);
  });
});
