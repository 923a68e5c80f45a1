import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMap, loadObject, openPinnedMap, openPinnedProgram } from '../src/index.js';
import { bpffs } from './support/bpffs.js';
import { compile, scratch } from './support/compile.js';
import { errorOf, u32, u64 } from './support/values.js';

const folder = scratch();
const basic = compile('basic', folder.path);
const fs = bpffs(folder.path);
afterAll(() => {
  fs.unmount();
  folder.remove();
});

const packet = Buffer.alloc(64, 1);

describe('loadObject', () => {
  it('gives programs and maps by name', () => {
    using object = loadObject(basic, {});
    expect([...object.programs].sort()).toEqual(['give_answer', 'look_up', 'next_mark']);
    expect(object.mapNames).toEqual(expect.arrayContaining(['runs', 'shared']));
    const program = object.program('give_answer');
    expect(program.id).toBeGreaterThan(0);
    expect(program.info().instructions).toBeGreaterThan(1);
    expect(program.info().tag).toMatch(/^[0-9a-f]{16}$/);
    expect(errorOf(() => object.program('absent'))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => object.map('absent')).message).toContain('runs');
  });

  it('sets read-only variables by name and keeps the others', () => {
    using object = loadObject(basic, { rodata: { answer: u32(42) } });
    expect(object.program('give_answer').testRun({ data: packet }).retval).toBe(42);
    expect(object.map('runs').get(u32(0))).toEqual(u64(1n));
    using both = loadObject(basic, { rodata: { answer: u32(1), wide: u64(1n << 40n) } });
    both.program('give_answer').testRun({ data: packet });
    expect(both.map('runs').get(u32(0))).toEqual(u64(1n << 40n));
  });

  it('refuses read-only variables that are not there or have another size', () => {
    const wrong = errorOf(() => loadObject(basic, { rodata: { answer: Buffer.alloc(8) } }));
    expect(wrong).toMatchObject({ code: 'EINVAL' });
    expect(wrong.message).toMatch(/answer has 4 bytes, got 8/);
    expect(errorOf(() => loadObject(basic, { rodata: { nothing: u32(1) } }))).toMatchObject({
      code: 'ENOENT',
    });
    expect(errorOf(() => loadObject(basic, { rodata: { answer: 5 as never } }))).toMatchObject({
      code: 'EINVAL',
    });
  });

  it('sets max_entries before the load', () => {
    using object = loadObject(basic, { maxEntries: { runs: 9 } });
    expect(object.map('runs').maxEntries).toBe(9);
    expect(errorOf(() => loadObject(basic, { maxEntries: { absent: 9 } }))).toMatchObject({ code: 'ENOENT' });
    expect(errorOf(() => loadObject(basic, { maxEntries: { runs: 1.5 } }))).toMatchObject({ code: 'EINVAL' });
  });

  it('reuses a map that is handed in', () => {
    using mine = createMap({ name: 'mine', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 16 });
    mine.update(u32(64), u64(5n));
    using object = loadObject(basic, { reuse: { shared: mine } });
    expect(object.map('shared').id).toBe(mine.id);
    expect(object.program('look_up').testRun({ data: packet }).retval).toBe(5);
    using other = createMap({ name: 'other', type: 'hash', keySize: 8, valueSize: 8, maxEntries: 16 });
    expect(errorOf(() => loadObject(basic, { reuse: { shared: other } })).errno).toBeGreaterThan(0);
    expect(errorOf(() => loadObject(basic, { reuse: { shared: { fd: 1 } as never } }))).toMatchObject({
      code: 'EINVAL',
    });
  });

  it('pins by name under the path, and reuses what is pinned', () => {
    using first = loadObject(basic, { pinPath: fs.path });
    first.map('shared').update(u32(64), u64(11n));
    expect(existsSync(join(fs.path, 'shared'))).toBe(true);
    using second = loadObject(basic, { pinPath: fs.path });
    expect(second.map('shared').id).toBe(first.map('shared').id);
    expect(second.map('runs').id).not.toBe(first.map('runs').id);
    expect(second.program('look_up').testRun({ data: packet }).retval).toBe(11);
    using unpinned = loadObject(basic, { pinPath: null });
    expect(unpinned.map('shared').id).not.toBe(first.map('shared').id);
  });

  it('says what does not fit where a pinned map has another shape', () => {
    using other = createMap({ name: 'shared', type: 'hash', keySize: 4, valueSize: 16, maxEntries: 16 });
    const pinPath = join(fs.path, 'mismatch');
    mkdirSync(pinPath);
    other.pin(join(pinPath, 'shared'));
    const error = errorOf(() => loadObject(basic, { pinPath }));
    expect(error.code).toBe('EINVAL');
    expect(error.log).toContain('shared');
  });

  it('carries the log of the verifier', () => {
    const error = errorOf(() => loadObject(compile('bad', folder.path), {}));
    expect(error).toMatchObject({ code: 'EACCES', errno: 13 });
    expect(error.log).toContain("invalid mem access 'map_value_or_null'");
    expect(error.message).toContain('invalid mem access');
  });

  it('refuses files that are no objects', () => {
    expect(errorOf(() => loadObject(join(folder.path, 'absent.o'), {}))).toMatchObject({ code: 'ENOENT' });
    const text = join(folder.path, 'text.o');
    writeFileSync(text, 'this is no ELF file');
    expect(errorOf(() => loadObject(text, {})).errno).toBeGreaterThan(0);
  });

  it('is closed after dispose, with its programs and maps; twice does nothing', () => {
    const object = loadObject(basic, {});
    const program = object.program('give_answer');
    const map = object.map('runs');
    object[Symbol.dispose]();
    object[Symbol.dispose]();
    for (const use of [
      () => object.program('give_answer'),
      () => object.map('runs'),
      () => program.testRun({ data: packet }),
      () => program.info(),
      () => program.pin(join(fs.path, 'closed')),
      () => map.get(u32(0)),
    ]) {
      expect(errorOf(use)).toMatchObject({ code: 'ECLOSED' });
    }
  });
});

describe('programs', () => {
  it('run on a packet and a context', () => {
    using object = loadObject(basic, {});
    const context = Buffer.alloc(192);
    context.writeUInt32LE(40, 8);
    const result = object.program('next_mark').testRun({ data: packet, context });
    expect(result.retval).toBe(0);
    expect(result.data.length).toBe(64);
    expect(result.data[0]).toBe(41);
    expect(result.context?.readUInt32LE(8)).toBe(41);
    expect(object.program('give_answer').testRun({ data: packet }).context).toBeNull();
    expect(object.program('look_up').testRun({ data: packet }).retval).toBe(-1);
  });

  it('run many times and tell the mean', () => {
    using object = loadObject(basic, {});
    const { duration } = object.program('give_answer').testRun({ data: packet, repeat: 1000 });
    expect(duration).toBeLessThan(1_000_000);
    expect(object.map('runs').get(u32(0))).toEqual(u64(1000n));
  });

  it('refuse what the kernel would misread', () => {
    using object = loadObject(basic, {});
    const program = object.program('next_mark');
    expect(errorOf(() => program.testRun({ data: 'x' as never }))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => program.testRun({ data: packet, repeat: -1 }))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => program.testRun({ data: packet, context: {} as never }))).toMatchObject({
      code: 'EINVAL',
    });
    expect(errorOf(() => program.testRun({ data: Buffer.alloc(0) }))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => program.testRun({ data: packet, outputSize: 10 }))).toMatchObject({
      code: 'ENOSPC',
    });
  });

  it('are pinned and opened again; a pin of another kind is refused', () => {
    using object = loadObject(basic, {});
    const path = join(fs.path, 'program');
    object.program('give_answer').pin(path);
    using again = openPinnedProgram(path);
    expect(again.id).toBe(object.program('give_answer').id);
    expect(again.testRun({ data: packet }).retval).toBe(7);
    expect(errorOf(() => openPinnedMap(path)).message).toContain('bpf-prog');
    expect(errorOf(() => object.program('look_up').pin(path))).toMatchObject({ code: 'EEXIST' });
    object.map('runs').pin(join(fs.path, 'map'));
    expect(errorOf(() => openPinnedProgram(join(fs.path, 'map')))).toMatchObject({ code: 'EINVAL' });
    expect(errorOf(() => openPinnedProgram(join(fs.path, 'absent')))).toMatchObject({ code: 'ENOENT' });
  });
});
