import {
  checkWorkloadLabels, cidrLabels, contains, derivedLabels, formatLabel, hashLabels, IDENTITY, isCidr, isCluster, LabelError, labelsKey,
  makeLabels, matches, parseLabel, parsePrefix, parseSelector, peerClass, prefixOfLabels, RESERVED_IDENTITIES, reservedIdentity,
  reservedLabels, reservedName, type SelectorDocument,
} from './index.js'; // prettier-ignore

const set = (...labels: string[]) => makeLabels(labels);
const meets = (selector: SelectorDocument, ...labels: string[]) =>
  matches(parseSelector(selector), set(...labels));
const when = (key: string, operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

describe('labels', () => {
  it.each([
    'k8s:app=web',
    'k8s:app=',
    'container:a.b/c=x=y',
    'reserved:host',
    'cidr:fd00::/8',
    'user:ключ=значение',
  ])('reads and writes %s', (text) => {
    expect(formatLabel(parseLabel(text))).toBe(text);
  });

  it.each(['app=web', 'k9s:app=web', 'k8s:=web', '', ':', 'k8s:a\n=b'])('refuses %j', (text) => {
    expect(() => parseLabel(text)).toThrow(LabelError);
  });

  it('takes a default source where one is given', () => {
    expect(parseLabel('app=web', 'k8s')).toEqual({ source: 'k8s', key: 'app', value: 'web' });
  });

  it('makes sorted sets in which each key stands once', () => {
    expect(set('k8s:b=1', 'k8s:a=1', 'container:b=2', 'k8s:b=1').map(formatLabel)).toEqual([
      'container:b=2',
      'k8s:a=1',
      'k8s:b=1',
    ]);
    expect(() => set('k8s:a=1', 'k8s:a=2')).toThrow('two values: 1 and 2');
  });

  it('gives equal sets equal names, and others others', () => {
    expect(hashLabels(set('k8s:b=1', 'k8s:a=1'))).toBe(hashLabels(set('k8s:a=1', 'k8s:b=1')));
    expect(hashLabels(set('k8s:a=1'))).toBe(
      '32b71349e5682573336ad16646072b9e545ddb0ea08f937630a5a3208fbff75b',
    );
    expect(labelsKey(set('k8s:a=1;k8s:b=2'))).not.toBe(labelsKey(set('k8s:a=1', 'k8s:b=2')));
    expect(labelsKey(set('k8s:a='))).not.toBe(labelsKey(set()));
  });

  it('refuses labels of a workload that imitate derived or reserved ones, under any source', () => {
    const bad = ['k8s:io.kubernetes.pod.namespace=x', 'container:io.kubernetes.pod.namespace=x', 'user:io.cilium.k8s.policy.cluster=x', 'host:io.cilium.k8s.policy.serviceaccount=x', 'k8s:io.cilium.k8s.namespace.labels.a=x', 'reserved:host', 'cidr:198.18.0.0/15']; // prettier-ignore
    expect(checkWorkloadLabels(set(...bad))).toHaveLength(bad.length);
    expect(checkWorkloadLabels(set('k8s:app=web', 'container:namespace=x'))).toEqual([]);
  });
});

describe('selectors', () => {
  it.each<[string, boolean, SelectorDocument, string[]]>([
    ['the empty one selects all', true, {}, []],
    ['any source', true, { matchLabels: { app: 'web' } }, ['container:app=web']],
    ['any: in words', true, { matchLabels: { 'any:app': 'web' } }, ['k8s:app=web']],
    ['one source', false, { matchLabels: { 'k8s:app': 'web' } }, ['container:app=web']],
    ['the same key in two sources', true, { matchLabels: { app: 'web' } }, ['container:app=x', 'k8s:app=web']],
    ['all must hold', false, { matchLabels: { app: 'web', tier: 'x' } }, ['k8s:app=web']],
    ['an empty value is a value', true, { matchLabels: { app: '' } }, ['k8s:app=']],
    ['an empty value is not absence', false, { matchLabels: { app: '' } }, []],
    ['In', true, when('app', 'In', 'a', 'b'), ['k8s:app=b']],
    ['In, absent', false, when('app', 'In', 'a'), []],
    ['NotIn', false, when('app', 'NotIn', 'a'), ['k8s:app=a']],
    ['NotIn meets an absent key', true, when('app', 'NotIn', 'a'), ['k8s:b=a']],
    ['NotIn meets an empty value', true, when('app', 'NotIn', 'a'), ['k8s:app=']],
    ['Exists with an empty value', true, when('app', 'Exists'), ['k8s:app=']],
    ['DoesNotExist', true, when('app', 'DoesNotExist'), ['k8s:b=1']],
    ['DoesNotExist of one source', true, when('k8s:app', 'DoesNotExist'), ['container:app=1']],
    ['any: on a derived key is the derived label', false, when('io.kubernetes.pod.namespace', 'Exists'), ['container:io.kubernetes.pod.namespace=x']],
    ['any: never means a prefix', false, when('any:198.18.0.0/15', 'Exists'), ['cidr:198.18.0.0/15']],
  ])('%s', (_name, expected, selector, labels) => {
    expect(meets(selector, ...labels)).toBe(expected);
  }); // prettier-ignore

  it('has one text for equal selectors', () => {
    const a = parseSelector({ matchLabels: { a: '1', b: '2' } });
    const b = parseSelector({
      matchExpressions: [{ key: 'any:b', operator: 'In', values: ['2', '2'] }],
      matchLabels: { 'any:a': '1' },
    });
    expect(a.text).toBe(b.text);
    expect(parseSelector({ matchLabels: { 'k8s:a': '1' } }).text).not.toBe(
      parseSelector({ matchLabels: { a: '1' } }).text,
    );
  });

  it('refuses unknown sources and wrong numbers of values', () => {
    expect(() => parseSelector({ matchLabels: { 'k9s:a': '1' } })).toThrow(LabelError);
    expect(() => parseSelector(when('a', 'In'))).toThrow('needs values');
    expect(() => parseSelector(when('a', 'Exists', 'x'))).toThrow('takes no values');
  });
});

describe('identities', () => {
  it('knows names, numbers and labels of the reserved ones', () => {
    for (const id of RESERVED_IDENTITIES) {
      expect(reservedIdentity(reservedName(id) ?? '')).toBe(id);
      expect(reservedLabels(id).map(formatLabel)).toEqual([`reserved:${reservedName(id)}`]);
    }
    expect(reservedName(256)).toBeNull();
    expect(reservedLabels(IDENTITY.CLUSTER)).toEqual([]);
  });

  it.each([
    [255, 4, 0], [256, 4, 12], [0xffffff, 6, 12], [0x1000000, 4, 9], [0x1000001, 6, 10], [2, 6, 10], [9, 4, 9], [9, 6, 0], [1, 4, 0], [11, 4, 0],
  ] as const)('class of %i in family %i is %i', (id, family, cls) => {
    expect(peerClass(id, family)).toBe(cls);
  }); // prettier-ignore

  it('keeps the ranges apart', () => {
    expect([255, 256, 0xffffff, 0x1000000].map(isCluster)).toEqual([false, true, true, false]);
    expect([0xffffff, 0x1000000, 0x1ffffff, 0x2000000].map(isCidr)).toEqual([false, true, true, false]);
  });
});

describe('prefixes', () => {
  it.each([
    ['198.18.7.9/15', '198.18.0.0/15'], ['198.18.0.7', '198.18.0.7/32'], ['FD00:198:0:0::/32', 'fd00:198::/32'], ['fd00::1', 'fd00::1/128'],
    ['0.0.0.0/0', '0.0.0.0/0'], ['::/0', '::/0'], ['255.255.255.255/1', '128.0.0.0/1'],
  ])('reads %s as %s', (text, canonical) => {
    expect(parsePrefix(text).text).toBe(canonical);
  }); // prettier-ignore

  it.each(['', '10', '10.1', '010.0.0.1', '0x0a.0.0.1', '256.0.0.1', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/08', '::/129', 'fe80::1%eth0', '[::1]', '::ffff:10.0.0.1', 'x', '10.0.0.0/8/8'])(
    'refuses %j',
    (text) => {
      expect(() => parsePrefix(text)).toThrow(LabelError);
    },
  ); // prettier-ignore

  it('gives a prefix the labels of all that contain it, and its world', () => {
    const named = ['198.18.0.0/15', '198.18.0.0/24', '198.19.0.0/24', '::/0'].map(parsePrefix);
    const labels = cidrLabels(parsePrefix('198.18.0.7'), named);
    expect(labels.map(formatLabel)).toEqual([
      'cidr:198.18.0.0/15',
      'cidr:198.18.0.0/24',
      'cidr:198.18.0.7/32',
      'reserved:world-ipv4',
    ]);
    expect(prefixOfLabels(labels)?.text).toBe('198.18.0.7/32');
    expect(contains(parsePrefix('::/0'), parsePrefix('198.18.0.0/15'))).toBe(false);
  });

  it('derives the labels of a workload from where it runs', () => {
    expect(derivedLabels({ namespace: 'shop', cluster: 'c', serviceAccount: 's', namespaceLabels: { a: '1' } }).map(formatLabel)).toEqual([
      'k8s:io.cilium.k8s.namespace.labels.a=1', 'k8s:io.cilium.k8s.policy.cluster=c', 'k8s:io.cilium.k8s.policy.serviceaccount=s', 'k8s:io.kubernetes.pod.namespace=shop',
    ]);
  }); // prettier-ignore
});
