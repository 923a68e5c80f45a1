import { cidrLabels, IDENTITY, makeLabels, makeSelector, parsePrefix } from '@sluice/labels';
import { wantedPeers } from './chooser.js';
import { SelectorIndex } from './selectors.js';

const notHost = makeSelector([{ source: 'reserved', key: 'host', operator: 'DoesNotExist', values: [] }]);
const zone = makeSelector([{ source: 'k8s', key: 'zone', operator: 'In', values: ['a'] }]);
const NODE = IDENTITY.CIDR_FLAG * 2;

function recorder() {
  const told: number[] = [];
  return { told, user: { changed: (id: number) => void told.push(id) } };
}

describe('the index of peers', () => {
  it('tells of a number that passes to a prefix of the other family, also those who meet both', () => {
    const index = new SelectorIndex();
    const { told, user } = recorder();
    const peers = index.acquire(wantedPeers([{ type: 'labels', selector: notHost }]), user);
    const id = IDENTITY.CIDR_FLAG;
    const set = (prefix: string) => index.setIdentity(id, cidrLabels(parsePrefix(prefix), []));
    set('198.18.0.0/24');
    expect(index.classOf(id)).toBe(IDENTITY.WORLD_IPV4);
    told.length = 0;
    set('198.18.0.0/24');
    expect(told).toEqual([]);
    set('fd00:198::/32');
    expect(index.classOf(id)).toBe(IDENTITY.WORLD_IPV6);
    expect(told).toContain(id);
    expect(peers.has(index.numbers.slotOf(id))).toBe(true);
  });

  it('tells nobody of one who joins a chooser while another has him', () => {
    const index = new SelectorIndex();
    const { told, user } = recorder();
    const zoned = { type: 'labels', selector: zone } as const;
    index.acquire(wantedPeers([zoned, { type: 'labels', selector: notHost }]), user);
    index.setIdentity(300, makeLabels(['k8s:zone=b']));
    expect(told).toEqual([300]);
    index.setIdentity(300, makeLabels(['k8s:zone=a']));
    expect(told).toEqual([300]);
    index.setIdentity(300, null);
    expect(told).toEqual([300, 300]);
  });

  it('a node that leaves is nobody, and its slot can be another one’s', () => {
    const index = new SelectorIndex();
    const { told, user } = recorder();
    const peers = index.acquire(wantedPeers([{ type: 'nodes', selector: zone, local: true }]), user);
    const node = { name: 'n', labels: makeLabels(['k8s:zone=a']), local: false, identity: NODE };
    index.setNodes([node]);
    const slot = index.numbers.slotOf(NODE);
    expect(peers.has(slot)).toBe(true);
    index.setNodes([]);
    expect(told).toEqual([NODE, NODE]);
    expect(index.numbers.slotOf(NODE)).toBe(-1);
    index.setIdentity(300, makeLabels(['k8s:zone=a']));
    expect(index.numbers.slotOf(300)).toBe(slot);
    expect(peers.has(slot)).toBe(false);
  });

  it('while somebody holds the numbers no slot changes hands', () => {
    const index = new SelectorIndex();
    index.setIdentity(300, makeLabels(['k8s:a=b']));
    const slot = index.numbers.slotOf(300);
    index.numbers.hold();
    index.setIdentity(300, null);
    index.setIdentity(301, makeLabels(['k8s:a=b']));
    expect(index.numbers.slotOf(301)).not.toBe(slot);
    index.numbers.release();
    index.setIdentity(302, makeLabels(['k8s:a=b']));
    expect(index.numbers.slotOf(302)).toBe(slot);
  });
});
