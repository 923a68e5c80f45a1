import { expiredProblems, expiresAt } from './expiry.js';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const document = (expires: unknown) => ({ kind: 'Policy', spec: { expires } });
const wanted = (expires: unknown) => ({
  ref: { kind: 'Policy', scope: 'shop', name: 'a' },
  document: document(expires),
  index: 3,
});

describe('expires', () => {
  it('is read where it stands', () => {
    expect(expiresAt(document('2026-11-23T11:00:00+01:00'))).toBe(NOW);
    for (const none of [undefined, null, {}, { spec: null }, document(null), document(undefined)])
      expect(expiresAt(none)).toBeNull();
  });
  it('refuses what is over, with its place', () => {
    const over = expiredProblems([wanted('2026-11-23T10:00:00Z')], 'f.yaml', NOW);
    expect(over).toEqual([expect.objectContaining({ document: 3, path: '$.spec.expires', file: 'f.yaml' })]);
    expect(expiredProblems([wanted('2026-11-23T10:00:01Z'), wanted(null)], 'f.yaml', NOW)).toEqual([]);
  });
});
