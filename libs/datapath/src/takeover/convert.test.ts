import { converter } from './convert.js';
import { decodeDescription, encodeDescription, type MapShape, ownDescription } from './description.js';

const map = (key: MapShape['key'], value: MapShape['value']): MapShape => ({ key, value });
const KEY = { size: 4, fields: [['address', 0, 4]] } as const;

describe('from one layout of a map to another', () => {
  const before = map(KEY, {
    size: 8,
    fields: [
      ['epoch', 0, 4],
      ['gone', 4, 2],
      ['wider', 6, 2],
    ],
  });
  const after = map(KEY, {
    size: 16,
    fields: [
      ['born', 0, 4],
      ['wider', 4, 4],
      ['epoch', 8, 4],
    ],
  });

  it('fields go by their names; new ones are 0, so are those of another size', () => {
    const way = converter(before, after)!;
    const value = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(way.value(value)).toEqual(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]));
    expect(way.key(Buffer.from([9, 8, 7, 6]))).toEqual(Buffer.from([9, 8, 7, 6]));
  });

  it('is not there where the keys have other fields', () => {
    const zone = { size: 8, fields: [...KEY.fields, ['zone', 4, 4] as const] };
    expect(converter(map(KEY, KEY), map(zone, KEY))).toBeNull();
    expect(converter(map(zone, KEY), map(KEY, KEY))).toBeNull();
  });
});

describe('the description of a layout', () => {
  it('comes back as it was written, also with the padding of a map', () => {
    const own = ownDescription();
    expect(decodeDescription(encodeDescription(own))).toEqual(own);
    expect(decodeDescription(Buffer.concat([encodeDescription(own), Buffer.alloc(7)]))).toEqual(own);
  });

  it('takes nested structs apart, so that a change within one is seen', () => {
    const names = ownDescription().maps.ct4!.value.fields.map(([name]) => name);
    expect(names).toContain('egress.epoch');
  });

  it.each([
    ['', 'no JSON'],
    ['{}', 'not whole'],
    ['[]', 'not whole'],
    [JSON.stringify({ ...ownDescription(), version: '2' }), 'not whole'],
    [JSON.stringify({ ...ownDescription(), config: { size: 4, fields: [['flags', 2, 4]] } }), 'not whole'],
    [JSON.stringify({ ...ownDescription(), maps: { ct4: { key: { size: 4, fields: [] } } } }), 'not whole'],
  ])('%.20j is refused', (text, why) => {
    expect(() => decodeDescription(Buffer.from(text))).toThrow(why);
  });
});
