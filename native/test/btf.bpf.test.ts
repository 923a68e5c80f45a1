import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumpBtf, features, ifindex, monotonicNow, mountBpffs } from '../src/index.js';
import { bpffs } from './support/bpffs.js';
import { compile, scratch } from './support/compile.js';
import { errorOf } from './support/values.js';

const folder = scratch();
afterAll(() => folder.remove());

describe('dumpBtf', () => {
  const { structs, enums } = dumpBtf(compile('types', folder.path));

  it('gives structs with offsets, sizes, arrays and the names of types', () => {
    expect(structs.find((struct) => struct.name === 'inner')).toEqual({
      name: 'inner',
      size: 16,
      members: [{ name: 'words', offset: 0, size: 16, type: '__be32', array: 4 }],
    });
    expect(structs.find((struct) => struct.name === 'outer')).toEqual({
      name: 'outer',
      size: 72,
      members: [
        { name: 'port', offset: 0, size: 2, type: '__be16', array: 0 },
        { name: 'pad', offset: 2, size: 2, type: '__u16', array: 0 },
        { name: 'plain', offset: 4, size: 4, type: '__u32', array: 0 },
        { name: 'first', offset: 8, size: 16, type: 'struct inner', array: 0 },
        { name: 'second', offset: 24, size: 16, type: 'struct inner', array: 0 },
        { name: 'wide', offset: 40, size: 8, type: '__u64', array: 0 },
        { name: 'mac', offset: 48, size: 6, type: '__u8', array: 6 },
        { name: 'rest', offset: 54, size: 2, type: '__u8', array: 2 },
        { name: 'shade', offset: 56, size: 4, type: 'enum shade', array: 0 },
        { name: 'pointer', offset: 64, size: 8, type: 'void *', array: 0 },
      ],
    });
  });

  it('gives enums with their values, signed where they are', () => {
    const values = (name: string) => enums.find((e) => e.name === name)?.values;
    expect(values('shade')).toEqual({ SHADE_DARK: -1, SHADE_NONE: 0, SHADE_BRIGHT: 1 << 20 });
    expect(values('unsigned_shade')).toEqual({ SHADE_TOP: 0xffffffff });
  });

  it('refuses files without BTF', () => {
    const path = join(folder.path, 'none');
    writeFileSync(path, 'nothing');
    expect(errorOf(() => dumpBtf(path)).errno).toBeGreaterThan(0);
    expect(errorOf(() => dumpBtf(join(folder.path, 'absent')))).toMatchObject({ code: 'ENOENT' });
    expect(errorOf(() => dumpBtf(3 as never))).toMatchObject({ code: 'EINVAL' });
  });
});

describe('the machine', () => {
  it('has a kernel, a clock and a loopback', () => {
    expect(features().kernel).toMatch(/^\d+\.\d+/);
    const before = monotonicNow();
    const hr = process.hrtime.bigint();
    const after = monotonicNow();
    expect(hr).toBeGreaterThanOrEqual(before);
    expect(hr).toBeLessThanOrEqual(after);
    expect(ifindex('lo')).toBe(1);
    expect(ifindex('sl-absent')).toBeNull();
    expect(ifindex('a name that is too long for an interface')).toBeNull();
  });

  it('mounts a bpffs once', () => {
    const fs = bpffs(folder.path);
    mountBpffs(fs.path);
    mountBpffs(join(fs.path, 'inside'));
    fs.unmount();
    // Were it mounted twice, a second one would be left.
    expect(() => fs.unmount()).toThrow();
    expect(errorOf(() => mountBpffs(''))).toMatchObject({ code: 'EINVAL' });
  });
});
