import { readContent, type Content } from './read.js';

const policy = (name: string, more = '') => `apiVersion: sluice.dev/v1
kind: Policy
metadata: {name: ${name}, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: ${name}}}
  ingress: [{}]
${more}`;
const ref = (name: string) => ({ kind: 'Policy', scope: 'shop', name });
const read = (files: Record<string, string>): Content =>
  readContent({ files: Object.entries(files).map(([name, text]) => ({ name, text })), unreadable: [] });
const names = (list: readonly { ref: { name: string } }[]) => list.map((one) => one.ref.name);

describe('readContent', () => {
  it('takes sound documents of all files, each with its place', () => {
    const content = read({ 'a.yaml': `${policy('a')}---\n${policy('b')}`, 'c.yaml': policy('c') });
    expect(names(content.accepted)).toEqual(['a', 'b', 'c']);
    expect(content.accepted[1]).toMatchObject({ ref: ref('b'), file: 'a.yaml', line: 8 });
    expect(content).toMatchObject({ refused: [], mistakes: [], complete: true, files: 2 });
  });

  it('a mistake refuses its document only, and its mistakes name it', () => {
    const content = read({ 'a.yaml': `${policy('a', '  ingres: []\n')}---\n${policy('b')}` });
    expect([names(content.accepted), names(content.refused), content.complete]).toEqual([['b'], ['a'], true]);
    expect(content.mistakes[0]).toMatchObject({
      file: 'a.yaml',
      line: 7,
      path: '$.spec.ingres',
      key: 'shared/policies/Policy/shop/a',
    });
  });

  it.each([
    ['a document that is no YAML', `${policy('a')}---\n{ not: [closed\n`],
    ['an unknown kind', `${policy('a')}---\n${policy('b').replace('kind: Policy', 'kind: Polcy')}`],
    ['no name', `${policy('a')}---\n${policy('b').replace('name: b,', '')}`],
    ['a name that stands twice', `${policy('a')}---\n${policy('b')}metadata: {name: c, namespace: shop}\n`],
    ['a file of another kind', `${policy('a')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n`],
  ])('does not know all policies where there is %s', (_what, text) => {
    const content = read({ 'a.yaml': text });
    expect([names(content.accepted), content.refused, content.complete]).toEqual([['a'], [], false]);
    expect(content.mistakes).not.toEqual([]);
  });

  it('does not look into what is refused as a whole', () => {
    const bomb = `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    expect(read({ 'a.yaml': bomb })).toMatchObject({ accepted: [], refused: [], complete: false });
  });

  it('takes none of two documents that are one policy, in one file or two', () => {
    for (const files of [
      { 'a.yaml': policy('a'), 'b.yaml': policy('a') },
      { 'a.yaml': `${policy('a')}---\n${policy('a')}` },
    ]) {
      const content = read(files);
      expect([names(content.accepted), names(content.refused), content.complete]).toEqual([[], ['a'], true]);
      expect(content.refused[0]?.shut).toMatchObject({ kind: 'Policy' });
      expect(content.mistakes.some(({ key }) => key === 'shared/policies/Policy/shop/a')).toBe(true);
    }
  });

  it('refuses items of a list one by one', () => {
    const item = (name: string, more = '') =>
      `  - {kind: Policy, apiVersion: sluice.dev/v1, metadata: {name: ${name}, namespace: shop}, spec: {endpointSelector: {}${more}}}\n`;
    const text = `apiVersion: v1\nkind: List\nitems:\n${item('a')}${item('b', ', ingres: []')}${item('c')}`;
    const content = read({ 'a.yaml': text });
    expect([names(content.accepted), names(content.refused)]).toEqual([['a', 'c'], ['b']]);
    expect(content.mistakes[0]?.key).toBe('shared/policies/Policy/shop/b');
  });
});
