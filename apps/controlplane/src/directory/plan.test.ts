import type { Entry, PolicyValue } from '@sluice/store';
import { keyOf, type Change } from '../policies/plan.js';
import { mayWrite } from './directory.service.js';
import { planSync } from './plan.js';
import type { Content } from './read.js';

const ref = (name: string) => ({ kind: 'Policy', scope: 'shop', name });
const change: Change = {
  id: 'c-1',
  author: 'directory',
  time: '2026-11-23T10:00:00.000Z',
  newUid: () => 'u-new',
};
const NOW = Date.parse('2026-11-23T10:00:00Z');
const stored = (name: string, more: Partial<PolicyValue> = {}): Entry<PolicyValue> => ({
  key: keyOf(ref(name)),
  value: {
    uid: `u-${name}`,
    document: { name },
    author: 'directory',
    time: change.time,
    change: 'c-0',
    owner: 'directory',
    ...more,
  },
  createRevision: 5,
  modRevision: 7,
});
const present = (...entries: Entry<PolicyValue>[]) => new Map(entries.map((entry) => [entry.key, entry]));
const accepted = (name: string, document: unknown = { name }) => ({
  ref: ref(name),
  document,
  file: `${name}.yaml`,
  line: 1,
});
const content = (more: Partial<Content>): Content => ({
  files: 1,
  accepted: [],
  refused: [],
  mistakes: [],
  complete: true,
  ...more,
});
const actions = ({ plan }: ReturnType<typeof planSync>) =>
  plan.results.map(({ ref: { name }, action }) => `${action} ${name}`);
const sync = (files: Content, there = present()) => planSync(files, there, change, NOW);

describe('planSync', () => {
  it('creates, changes and prunes what the directory owns, and writes nothing twice', () => {
    const there = present(stored('same'), stored('other', { document: { name: 'old' } }), stored('gone'));
    const files = content({ accepted: [accepted('same'), accepted('other'), accepted('new')] });
    const result = sync(files, there);
    expect(actions(result)).toEqual(['configured other', 'created new', 'deleted gone']);
    expect(result.problems).toEqual([]);
    expect(result.plan.conditions).toHaveLength(3);
    const put = result.plan.ops.find((op) => 'put' in op && op.put === keyOf(ref('other')));
    expect(put).toMatchObject({ value: { uid: 'u-other', owner: 'directory', change: 'c-1' } });
    expect(sync(content({ accepted: [accepted('same')] }), present(stored('same'))).plan.ops).toEqual([]);
  });

  it('never touches what others own, and says so', () => {
    const there = present(stored('api', { owner: 'api' }), stored('mirror', { owner: 'mirror' }));
    const broken = { ref: ref('mirror'), shut: {}, why: 'x' };
    const result = sync(content({ accepted: [accepted('api', { name: 'x' })], refused: [broken] }), there);
    expect(result.plan.ops).toEqual([]);
    expect(result.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('Policy shop/api belongs to the api'),
      expect.stringContaining('Policy shop/mirror belongs to the mirror'),
    ]);
  });

  it('prunes nothing where a file cannot be read, and nothing where there is no file at all', () => {
    const there = present(stored('gone'));
    const mistake = { file: 'a.yaml', line: 1, path: '', message: 'no YAML', key: null };
    const unread = sync(content({ complete: false, mistakes: [mistake] }), there);
    expect([unread.plan.ops, unread.problems[0]?.consequence]).toEqual([
      [],
      expect.stringContaining('pruned'),
    ]);
    const empty = sync(content({ files: 0 }), there);
    expect([empty.plan.ops, empty.problems]).toEqual([[], [expect.objectContaining({ level: 'error' })]]);
    // A file that holds only a comment means it.
    expect(actions(sync(content({}), there))).toEqual(['deleted gone']);
    expect(sync(content({ files: 0 })).problems).toEqual([]);
  });

  it('a refused document keeps its last accepted form, or is shut, or does nothing', () => {
    const mistake = { file: 'a.yaml', line: 3, path: '$.spec', message: 'wrong', key: keyOf(ref('a')) };
    const refused = (shut: unknown) =>
      content({ refused: [{ ref: ref('a'), shut, why: 'wrong' }], mistakes: [mistake] });
    const kept = sync(refused({ name: 'shut' }), present(stored('a')));
    expect([kept.plan.ops, kept.problems[0]?.consequence]).toEqual([[], 'its last accepted form holds']);
    const fresh = sync(refused({ name: 'shut' }));
    expect(actions(fresh)).toEqual(['created a']);
    expect(fresh.plan.ops[0]).toMatchObject({ value: { document: { name: 'shut' }, refused: 'wrong' } });
    expect(fresh.problems[0]?.consequence).toContain('isolates');
    // Still wrong, in another way: what is shut follows it.
    const shut = stored('a', { document: { name: 'old' }, refused: 'wrong' });
    expect(actions(sync(refused({ name: 'shut' }), present(shut)))).toEqual(['configured a']);
    expect(sync(refused(null), present(shut)).plan.ops).toEqual([]);
    const nothing = sync(refused(null));
    expect([nothing.plan.ops, nothing.problems[0]?.consequence]).toEqual([
      [],
      expect.stringContaining('nothing'),
    ]);
    // Mended.
    const mended = sync(content({ accepted: [accepted('a')] }), present(shut));
    expect(mended.plan.ops.at(-1)).toMatchObject({
      value: expect.not.objectContaining({ refused: 'wrong' }),
    });
  });

  it('does not bring back what has ended', () => {
    const over = accepted('a', { spec: { expires: '2026-11-23T09:59:59Z' } });
    const result = sync(content({ accepted: [over] }));
    expect([result.plan.ops, result.problems[0]?.level]).toEqual([[], 'warning']);
    const later = accepted('a', { spec: { expires: '2026-11-23T10:00:01Z' } });
    expect(actions(sync(content({ accepted: [later] })))).toEqual(['created a']);
  });
});

describe('mayWrite', () => {
  const me = { replica: 'cp-1', digest: 'A' };
  it.each([
    ['nobody has written', null, '', true],
    ['its content is new to it', { replica: 'cp-2', digest: 'B' }, '', true],
    ['its content has changed', { replica: 'cp-2', digest: 'B' }, 'old', true],
    ['another replica wrote other content later', { replica: 'cp-2', digest: 'B' }, 'A', false],
    ['another replica wrote the same', { replica: 'cp-2', digest: 'A' }, 'A', true],
    ['it wrote last itself', { replica: 'cp-1', digest: 'old' }, 'A', true],
  ])('where %s', (_what, last, settled, expected) => expect(mayWrite(last, me, settled)).toBe(expected));
});
