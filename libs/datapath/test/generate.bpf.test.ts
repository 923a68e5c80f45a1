import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumpBtf } from '@sluice/native';
import { emit } from '../scripts/emit.mjs';
import { declared, readTypes, sameLayout } from '../scripts/types.mjs';

const root = join(import.meta.dirname, '..', '..', '..');
const member = (name: string, type: string, offset: number, size: number, array = 0) => ({
  name,
  type,
  offset,
  size,
  array,
});
const one = (...members: ReturnType<typeof member>[]) => {
  const size = Math.max(0, ...members.map((m) => m.offset + m.size));
  return { structs: [{ name: 'thing', size, members }], enums: [], constants: [] };
};

describe('the generator', () => {
  it('gives the file that is committed, each time', () => {
    const types = readTypes(join(root, 'bpf'), dumpBtf);
    const committed = readFileSync(join(root, 'libs/datapath/src/generated/layout.ts'), 'utf8');
    expect(emit(types)).toBe(committed);
    expect(emit(readTypes(join(root, 'bpf'), dumpBtf))).toBe(committed);
  });

  it('finds what a header declares, in its order', () => {
    const header =
      'enum b { X = 1 };\nstruct z {\n};\nstruct a {\n};\n#define LIMIT 5\n#define M(x) 6\n#define GUARD\n';
    expect(declared(header)).toEqual({
      structs: ['z', 'a'],
      enums: ['b'],
      constants: [{ name: 'LIMIT', value: 5 }],
    });
  });

  it('refuses an object that was compiled with another header', () => {
    const { structs } = one(member('a', '__u32', 0, 4));
    expect(() => sameLayout(structs, structs, 'x.o')).not.toThrow();
    expect(() => sameLayout(structs, [], 'x.o')).not.toThrow();
    const other = one(member('a', '__be32', 0, 4)).structs;
    expect(() => sameLayout(structs, other, 'x.o')).toThrow(/x\.o has another struct thing/);
  });

  it('refuses gaps, and types that it has no encoding for', () => {
    expect(() => emit(one(member('a', '__u8', 0, 1), member('b', '__u32', 4, 4)))).toThrow(/gap before b/);
    const long = {
      structs: [{ name: 'thing', size: 8, members: [member('a', '__u32', 0, 4)] }],
      enums: [],
      constants: [],
    };
    expect(() => emit(long)).toThrow(/gap at its end/);
    expect(() => emit(one(member('p', 'void *', 0, 8)))).toThrow(/thing\.p/);
    expect(() => emit(one(member('a', 'struct ct_side', 0, 48, 2)))).toThrow(/thing\.a/);
    expect(() => emit(one(member('a_b', '__u8', 0, 1), member('aB', '__u8', 1, 1)))).toThrow(/two members/);
  });
});
