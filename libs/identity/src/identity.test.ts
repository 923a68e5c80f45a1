import fc from 'fast-check';
import { hashLabels, makeLabels } from '@sluice/labels';
import { claimProblem, FIRST_NUMBER, LAST_NUMBER, nextIdentity } from './index.js';

describe('numbers of identities', () => {
  it('begin at 256 and go on after the last one given', () => {
    expect(nextIdentity(new Set(), 0)).toBe(256);
    expect(nextIdentity(new Set([256]), 256)).toBe(257);
    expect(nextIdentity(new Set([257, 258]), 256)).toBe(259);
  });
  it('come round at the end of the range, past those in use', () => {
    expect(nextIdentity(new Set([LAST_NUMBER]), LAST_NUMBER)).toBe(FIRST_NUMBER);
    expect(nextIdentity(new Set([FIRST_NUMBER, LAST_NUMBER]), LAST_NUMBER - 1)).toBe(FIRST_NUMBER + 1);
  });
  it('are never in use, never reserved and never a CIDR number', () => {
    const number = fc.integer({ min: FIRST_NUMBER, max: FIRST_NUMBER + 40 });
    fc.assert(
      fc.property(fc.uniqueArray(number), number, (used, last) => {
        const next = nextIdentity(new Set(used), last)!;
        expect(used).not.toContain(next);
        expect(next).toBeGreaterThanOrEqual(FIRST_NUMBER);
        expect(next).toBeLessThanOrEqual(LAST_NUMBER);
      }),
    );
  });
});

describe('claims', () => {
  const labels = makeLabels(['k8s:app=web']);
  it('of workload labels are taken', () => {
    expect(claimProblem(hashLabels(labels), labels)).toBeNull();
  });
  it('of reserved and cidr labels, of no labels, and under a wrong hash are refused', () => {
    for (const forged of [makeLabels(['reserved:host=']), makeLabels(['k8s:app=web', 'reserved:world='])]) {
      expect(claimProblem(hashLabels(forged), forged)).toContain('reserved');
    }
    expect(claimProblem(hashLabels([]), [])).toContain('at least one');
    expect(claimProblem('abc', labels)).toContain('abc');
  });
});
