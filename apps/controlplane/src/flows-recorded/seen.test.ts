import type { Party, RecordedFlow } from '@sluice/api';
import { grouped } from './grouped.js';
import { seenFlows } from './seen.js';

const party = (over: Partial<Party> = {}): Party => ({
  ...{ identity: 0, labels: [], workloads: [], entity: '', prefix: '', node: '' },
  ...over,
});
const row = (over: Partial<RecordedFlow> = {}): RecordedFlow => ({
  node: 'node-1',
  source: party({ labels: [{ source: 'k8s', key: 'app', value: 'web' }] }),
  destination: party({ entity: 'world-ipv4' }),
  ...{ protocol: 'TCP', port: 443, direction: 'egress', family: 4 },
  ...{ verdict: 'FORWARDED', reason: '', rules: [], isolating: [] },
  ...{ staged: 'VERDICT_UNSPECIFIED', stagedRules: [], stagedReason: '', stagedIsolating: [] },
  ...{ count: 1, first: '2026-11-23T10:00:00.000Z', last: '2026-11-23T10:00:00.000Z' },
  ...over,
});

describe('seenFlows', () => {
  it('is the peer of the side whose policy decided', () => {
    expect(seenFlows([row(), row({ direction: 'ingress' })], false)).toEqual([
      { direction: 'egress', peer: { type: 'entity', entity: 'world-ipv4' }, protocol: 'TCP', port: 443 },
      {
        direction: 'ingress',
        peer: { type: 'labels', labels: [{ source: 'k8s', key: 'app', value: 'web' }] },
        protocol: 'TCP',
        port: 443,
      },
    ]);
    const prefix = party({ prefix: '198.19.0.0/24' });
    expect(seenFlows([row({ destination: prefix })], false)).toMatchObject([{ peer: { type: 'prefix' } }]);
  });
  it('leaves out what needs no rule, what was refused, and what only staged policies say', () => {
    const out = [
      ...['self', 'infrastructure', 'local-host'].map((reason) => row({ reason })),
      row({ staged: 'DROPPED' }),
      row({ direction: '' }),
    ];
    expect(seenFlows([...out, row({ verdict: 'DROPPED' })], false)).toEqual([]);
    expect(seenFlows([...out, row({ verdict: 'DROPPED' })], true)).toHaveLength(1);
  });
});

describe('grouped', () => {
  it('adds up rows alike, whatever the node, and puts the most counted first', () => {
    const early = { node: 'node-2', count: 5, first: '2026-11-22T10:00:00.000Z' };
    expect(grouped([row({ port: 1, count: 3 }), row(), row(early)])).toMatchObject([
      { port: 443, count: 6, node: '', first: early.first, last: row().last },
      { port: 1, count: 3, node: 'node-1' },
    ]);
  });
});
