import type { Party, RecordedFlow } from '@sluice/api';
import type { ClusterSnapshot } from '../world/snapshot.js';
import { present } from './present.js';

const party = (over: Partial<Party>): Party => ({
  identity: 0,
  labels: [],
  workloads: [],
  entity: '',
  prefix: '',
  node: '',
  ...over,
});
const web = [{ source: 'k8s' as const, key: 'app', value: 'web' }];
const gone = [{ source: 'k8s' as const, key: 'app', value: 'gone' }];
const snapshot = {
  identities: [{ id: 300, labels: web }],
  endpoints: [
    {
      node: 'n',
      id: 1,
      value: { identity: 300, workload: { source: 'docker', scope: 'shop', name: 'web-1' } },
    },
  ],
} as unknown as Pick<ClusterSnapshot, 'identities' | 'endpoints'>;

it('finds who has the labels now, whatever the number was then', () => {
  const flow = {
    source: party({ identity: 256, labels: web }),
    destination: party({ identity: 300, labels: gone }),
  } as RecordedFlow;
  expect(present([flow], snapshot)).toMatchObject([
    { source: { identity: 300, workloads: ['shop/web-1'] }, destination: { identity: 0, workloads: [] } },
  ]);
});
it('leaves entities and prefixes as they are', () => {
  const world = party({ identity: 9, entity: 'world-ipv4' });
  const prefix = party({ prefix: '198.18.0.0/24' });
  const [flow] = present([{ source: world, destination: prefix } as RecordedFlow], snapshot);
  expect([flow?.source, flow?.destination]).toEqual([world, prefix]);
});
