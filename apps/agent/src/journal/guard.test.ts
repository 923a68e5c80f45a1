import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { GuardRecord } from '@sluice/store';
import { GuardFile } from './guard.js';

let folder: string;
beforeEach(() => {
  jest.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'sluice-guard-'));
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const path = (): string => join(folder, 'state', 'guard.json');
const durable = (): unknown => JSON.parse(readFileSync(path(), 'utf8'));
const at = (revision: number, over: Partial<GuardRecord> = {}): GuardRecord => ({
  uuid: 'one',
  generation: 1,
  revision,
  ...over,
});

describe('what a node remembers of its store', () => {
  it('is nothing at first', () => {
    using guard = new GuardFile(path());
    expect(guard.record).toBeNull();
  });

  it('is on disk at once where the store is another one, and each second while it moves on', async () => {
    using guard = new GuardFile(path());
    guard.keep(at(5));
    expect(durable()).toEqual(at(5));
    guard.keep(at(6));
    expect(durable()).toEqual(at(5));
    jest.advanceTimersByTime(1_000);
    await guard.settled();
    expect(durable()).toEqual(at(6));
    guard.keep(at(2, { generation: 2 }));
    expect(durable()).toEqual(at(2, { generation: 2 }));
  });

  it('never goes back to the store before, whose record was being written when another one came', async () => {
    using guard = new GuardFile(path());
    guard.keep(at(5));
    guard.keep(at(6));
    jest.advanceTimersByTime(1_000);
    guard.keep(at(2, { generation: 2 }));
    await guard.settled();
    expect(durable()).toEqual(at(2, { generation: 2 }));
  });

  it('is tried again a second later where the disk takes nothing', async () => {
    using guard = new GuardFile(path());
    guard.keep(at(5));
    guard.keep(at(6));
    const inTheWay = `${path()}.aside`;
    mkdirSync(inTheWay);
    jest.advanceTimersByTime(1_000);
    await guard.settled();
    expect(durable()).toEqual(at(5));
    rmSync(inTheWay, { recursive: true });
    jest.advanceTimersByTime(1_000);
    await guard.settled();
    expect(durable()).toEqual(at(6));
  });

  it('has on disk that the store was set back, also where the disk did not take it at first', () => {
    using guard = new GuardFile(path());
    guard.keep(at(5));
    const inTheWay = `${path()}.tmp`;
    mkdirSync(inTheWay);
    expect(() => guard.keep(at(5, { rewound: true }))).toThrow();
    expect(durable()).toEqual(at(5));
    rmSync(inTheWay, { recursive: true });
    guard.keep(at(5, { rewound: true }));
    expect(durable()).toEqual(at(5, { rewound: true }));
  });

  it('is on disk when it is closed', () => {
    const guard = new GuardFile(path());
    guard.keep(at(5));
    guard.keep(at(7));
    guard[Symbol.dispose]();
    expect(durable()).toEqual(at(7));
  });

  it('is known to the last revision after the process was killed', () => {
    const killed = new GuardFile(path());
    for (const revision of [5, 6, 1_000_000]) killed.keep(at(revision));
    using next = new GuardFile(path());
    expect(next.record).toEqual(at(1_000_000));
    using again = new GuardFile(path());
    expect(again.record).toEqual(at(1_000_000));
  });

  it('goes by the durable file where the other is cut, empty, or of another store', () => {
    const killed = new GuardFile(path());
    killed.keep(at(5));
    const noted = [
      '',
      '{"uuid":"one","gen',
      '\0'.repeat(256),
      JSON.stringify(at(9, { uuid: 'two' })),
      JSON.stringify(at(3)),
    ];
    for (const text of noted) {
      writeFileSync(`${path()}.now`, text);
      using next = new GuardFile(path());
      expect(next.record).toEqual(at(5));
    }
  });

  it('is never forgotten silently', () => {
    using guard = new GuardFile(path());
    guard.keep(at(5));
    writeFileSync(path(), '');
    expect(() => new GuardFile(path())).toThrow();
  });
});
