import { makeLabels } from '@sluice/labels';
import { keys } from '@sluice/store';
import { recordOf } from '../testing/changes.js';
import type { LocalEndpoint } from './manager.js';
import { Publication } from './publication.js';
import { hashOf } from './state.js';

class Store {
  readonly wishes = new Map<string, unknown>();
  readonly told: string[] = [];
  readonly corrected: string[] = [];
  publish(key: string, value: unknown): void {
    this.wishes.set(key, value);
    this.told.push(`${value === null ? '-' : '+'}${key}`);
  }
  desired = (key: string): unknown => this.wishes.get(key);
  correct = (key: string): void => void this.corrected.push(key);
  /** What was told since the last look. */
  look(): string[] {
    return this.told.splice(0);
  }
}

const local = (id: number): LocalEndpoint => ({
  record: recordOf(id, 'a', null),
  ifindex: id,
  identity: null,
  ready: false,
});
const key = (id: number): string => keys.endpoint('n', id);

describe('what a node tells the store of its endpoints', () => {
  it('is each change once', () => {
    const store = new Store();
    const publication = new Publication(store, 'n');
    const one = local(1);
    publication.tell([one]);
    publication.tell([one]);
    expect(store.look()).toEqual([`+${key(1)}`]);
    expect(store.wishes.get(key(1))).toMatchObject({ state: 'waiting-for-identity', identity: 0 });
    one.identity = 300;
    publication.tell([one]);
    one.ready = true;
    publication.tell([one, local(2)]);
    expect(store.look()).toEqual([`+${key(1)}`, `+${key(1)}`, `+${key(2)}`]);
    expect(store.wishes.get(key(1))).toMatchObject({ state: 'ready', identity: 300 });
  });

  it('is that one is gone, unless its number is another one’s by then', () => {
    const store = new Store();
    const publication = new Publication(store, 'n');
    const [one, two] = [local(1), local(2)];
    publication.tell([one, two]);
    store.look();
    const again = local(1);
    publication.tell([again]);
    expect(store.look()).toEqual([`+${key(1)}`, `-${key(2)}`]);
    publication.tell([]);
    expect(store.look()).toEqual([`-${key(1)}`]);
  });

  it('is a claim for each label set, as long as somebody has it', () => {
    const store = new Store();
    const publication = new Publication(store, 'n');
    const [a, b] = [makeLabels(['user:app=a']), makeLabels(['user:app=b'])];
    const claim = (labels: typeof a): string => keys.claim('n', hashOf(labels));
    publication.claim([a, a, b]);
    publication.claim([a, b]);
    expect(store.look()).toEqual([`+${claim(a)}`, `+${claim(b)}`]);
    publication.claim([b]);
    expect(store.look()).toEqual([`-${claim(a)}`]);
    publication.claim([a, b]);
    expect(store.look()).toEqual([`+${claim(a)}`]);
  });

  it('is put right where the store was made to say something else', () => {
    const store = new Store();
    const publication = new Publication(store, 'n');
    publication.tell([local(1)]);
    const change = (n: number, value: unknown) =>
      ({ key: key(n), entry: { value }, previous: null }) as never;
    const batch = (...changes: never[]) => ({ revision: 1, full: false, changes });
    publication.check(batch(change(1, store.wishes.get(key(1))), change(7, {})));
    expect(store.corrected).toEqual([]);
    publication.check(batch(change(1, { identity: 1 })));
    expect(store.corrected).toEqual([key(1)]);
  });
});
