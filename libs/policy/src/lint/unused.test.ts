import { normalise } from '../normal/normalise.js';
import { specsOf } from './lint.js';
import { Hits, unusedRules } from './unused.js';

const document = {
  apiVersion: 'sluice.dev/v1',
  kind: 'Policy',
  metadata: { name: 'p', namespace: 'shop' },
  spec: { endpointSelector: {}, ingress: [{ fromEntities: ['all'] }, { fromEntities: ['host'] }, {}] },
};
const stored = { kind: 'Policy', scope: 'shop', name: 'p', uid: 'u', revision: 5, document };
const specs = specsOf([{ stored, form: normalise(stored).policy, told: true }]);
const FROM = '2026-11-20T00:00:00.000Z';
const find = (hits: Hits, since: string | null) =>
  [...unusedRules(specs, hits, FROM, () => ({ since }))].flatMap((f) => (f ? [f.rule] : []));

describe('rules without a hit', () => {
  it('are those of this form of the policy that no flow names, and that could be met', () => {
    const hits = new Hits();
    hits.add({ uid: 'u', rule: 'ingress[0]', revision: 5 });
    hits.add({ uid: 'u', rule: 'ingress[1]', revision: 4 });
    expect(find(hits, '2026-11-01T00:00:00.000Z')).toEqual(['ingress[1]']);
  });

  it('are not told of policies that are younger than the time, or of unknown age', () => {
    expect(find(new Hits(), '2026-11-21T00:00:00.000Z')).toEqual([]);
    expect(find(new Hits(), null)).toEqual([]);
  });
});
