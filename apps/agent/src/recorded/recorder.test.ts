import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedBatchInput } from '@sluice/api';
import { silent } from '../util/log.js';
import { answerRecorded } from './answer.js';
import { FlowRecorder, type RecorderLimits } from './recorder.js';
import { eventOf, resolver } from './testing.js';

const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-11-23T10:00:00Z');
const dirs: string[] = [];
let clock = BEGIN;

beforeEach(() => (clock = BEGIN));
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-ring-'));
  dirs.push(dir);
  return join(dir, 'flows');
}
const recorder = (at: string, limits: Partial<RecorderLimits> = {}) =>
  new FlowRecorder({ folder: at, resolver: () => resolver, log: silent, now: () => clock, limits });
const all = { since: 0, stagedOnly: false, policy: null, subject: [], limit: 1000 };
const never = new AbortController().signal;
const find = (ring: FlowRecorder, over: object = {}) => ring.find({ ...all, ...over }, never);
const counts = async (ring: FlowRecorder): Promise<Record<string, unknown>> =>
  Object.fromEntries((await find(ring)).flows.map(({ port, count }) => [String(port), count] as const));
const ports = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => eventOf({ dport: from + n }));
const onlyFile = (at: string) => join(at, readdirSync(at)[0] ?? '');

describe('FlowRecorder', () => {
  it('keeps rows over a restart, and goes on with the same file', async () => {
    const at = folder();
    const first = recorder(at);
    first.add([eventOf(), eventOf({ sport: 41000 })]);
    await first[Symbol.asyncDispose]();
    clock += 60_000;
    const second = recorder(at);
    second.add([eventOf({ dport: 9 })]);
    await second.flush();
    second.add([eventOf()]);
    const found = await find(second);
    expect(found).toMatchObject({ since: '2026-11-23T10:00:00.000Z', truncated: false });
    expect(await counts(second)).toEqual({ 8080: 3, 9: 1 });
    const row = found.flows.find(({ port }) => port === 8080);
    expect(row).toMatchObject({ first: '2026-11-23T10:00:00.000Z', last: '2026-11-23T10:01:00.000Z' });
    expect(readdirSync(at)).toHaveLength(1);
    await second[Symbol.asyncDispose]();
    expect(await counts(recorder(at))).toEqual({ 8080: 3, 9: 1 });
  });
  it('adds up the same row of many hours, and reads no further back than asked', async () => {
    const ring = recorder(folder());
    for (let hour = 0; hour < 5; hour++) {
      ring.add([eventOf(), eventOf({ dport: 100 + hour })]);
      await ring.flush();
      clock += HOUR;
    }
    await ring.flush();
    expect(await counts(ring)).toEqual({ 8080: 5, 100: 1, 101: 1, 102: 1, 103: 1, 104: 1 });
    const late = await find(ring, { since: BEGIN + 3 * HOUR });
    expect(late.flows.map(({ port, count }) => [port, count])).toEqual(
      expect.arrayContaining([
        [8080, 2],
        [104, 1],
        [103, 1],
      ]),
    );
    expect(late.flows).toHaveLength(3);
    expect(late.since).toBe('2026-11-23T10:00:00.000Z');
  });
  it('answers what is asked: staged rows, a policy, newest first up to a limit', async () => {
    const ring = recorder(folder());
    ring.add([eventOf({ cookie: 0 })]);
    clock += 1000;
    ring.add([eventOf({ type: 3, reason: 2, cookie: 8 })]);
    clock += 1000;
    ring.add([eventOf({ dport: 1 })]);
    expect((await find(ring, { stagedOnly: true })).flows).toMatchObject([{ staged: 'DROPPED', count: 1 }]);
    const policy = { kind: 'Policy', scope: 'shop', name: 'orders' };
    expect((await find(ring, { policy })).flows.map(({ port }) => port)).toEqual([1, 8080]);
    expect((await find(ring, { policy: { ...policy, name: 'x' } })).flows).toEqual([]);
    const ofApp = async (value: string) =>
      (await find(ring, { subject: [{ source: 'k8s', key: 'app', value }] })).flows.length;
    expect([await ofApp('orders'), await ofApp('web')]).toEqual([3, 0]);
    expect(await find(ring, { limit: 2 })).toMatchObject({ truncated: true, flows: [{}, {}] });
  });
  it('sends its answer in batches, the last of which tells the begin', async () => {
    const ring = recorder(folder());
    ring.add(ports(1, 602));
    ring.add(ports(602, 1202));
    const batches: RecordedBatchInput[] = [];
    const write = (batch: RecordedBatchInput) => Promise.resolve(void batches.push(batch));
    const request = { since: '', stagedOnly: false, policy: null, subject: [], limit: 0 };
    await answerRecorded(ring, 'node-1', request, write, never);
    expect(batches.map(({ flows, since }) => [flows?.length ?? 0, since])).toEqual([
      [500, undefined],
      [500, undefined],
      [201, undefined],
      [0, '2026-11-23T10:00:00.000Z'],
    ]);
    const wrong = answerRecorded(ring, 'node-1', { ...request, since: 'x' }, write, never);
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
  it('drops the oldest hours by age and by size', async () => {
    const at = folder();
    const ring = recorder(at, { keepMs: 3 * HOUR, bytes: 1e6 });
    for (let hour = 0; hour < 8; hour++) {
      ring.add([eventOf({ dport: hour + 1 })]);
      await ring.flush();
      clock += HOUR;
    }
    await ring.flush();
    expect(Object.keys(await counts(ring)).map(Number)).toEqual([6, 7, 8]);
    expect((await find(ring)).since).toBe('2026-11-23T14:00:00.000Z');

    const small = recorder(folder(), { bytes: 40_000, segmentBytes: 10_000 });
    for (let hour = 0; hour < 8; hour++) {
      small.add(ports(1 + 30 * hour, 31 + 30 * hour));
      await small.flush();
      clock += HOUR;
    }
    await small.flush();
    expect(small.status.bytes).toBeLessThan(40_000);
    const kept = Object.keys(await counts(small)).map(Number);
    expect(kept).toContain(240);
    expect(kept).not.toContain(1);
  });
  it('writes a file anew once counts that are replaced fill it', async () => {
    const at = folder();
    const ring = recorder(at, { segmentBytes: 5_000 });
    for (let n = 0; n < 500; n++) {
      ring.add([eventOf()]);
      await ring.flush();
      expect(statSync(onlyFile(at)).size).toBeLessThan(6_000);
    }
    expect(await counts(ring)).toEqual({ 8080: 500 });
  });
  it('tells what it had no room for', async () => {
    const at = folder();
    const ring = recorder(at, { rows: 10 });
    ring.add(ports(1, 21));
    expect(ring.status).toMatchObject({ rows: 10, overflow: 10 });
    await ring[Symbol.asyncDispose]();
    expect(await find(recorder(at, { rows: 10 }))).toMatchObject({ truncated: true });
  });
});

describe('a crash', () => {
  it('loses only what was not written, wherever a file is cut', async () => {
    const at = folder();
    const ring = recorder(at);
    const sizes: number[] = [];
    for (let n = 0; n < 6; n++) {
      ring.add([...ports(1, 3), eventOf({ dport: 100 + n })]);
      await ring.flush();
      sizes.push(statSync(onlyFile(at)).size);
    }
    const bytes = readFileSync(onlyFile(at));
    expect(sizes.at(-1)).toBe(bytes.length);
    for (let cut = 0; cut <= bytes.length; cut += 17) {
      const copy = folder();
      mkdirSync(copy, { recursive: true });
      writeFileSync(join(copy, readdirSync(at)[0]!), bytes.subarray(0, cut));
      const after = recorder(copy);
      const flushes = sizes.filter((size) => size <= cut).length;
      const found = await counts(after);
      if (flushes > 0) expect(found[2]).toBeGreaterThanOrEqual(flushes);
      for (let n = 0; n < flushes; n++) expect(found[100 + n]).toBe(1);
      after.add([eventOf({ dport: 7 })]);
      await after[Symbol.asyncDispose]();
      expect(await counts(recorder(copy))).toEqual({ ...found, 7: 1 });
    }
  });
  it('makes no false counts of bytes that changed', async () => {
    const at = folder();
    const ring = recorder(at);
    for (let n = 0; n < 4; n++) {
      ring.add(ports(1, 6));
      await ring.flush();
    }
    const bytes = readFileSync(onlyFile(at));
    for (let n = 0; n < 80; n++) {
      const copy = folder();
      mkdirSync(copy, { recursive: true });
      const hurt = Buffer.from(bytes);
      const place = (n * 7919) % bytes.length;
      hurt[place] = hurt[place]! ^ (1 << (n % 8));
      writeFileSync(join(copy, readdirSync(at)[0]!), hurt);
      const after = recorder(copy);
      for (const [port, count] of Object.entries(await counts(after))) {
        expect([1, 2, 3, 4, 5]).toContain(Number(port));
        expect([1, 2, 3, 4]).toContain(count);
      }
      await after.flush();
      expect(after.status).toMatchObject({ error: null });
      expect(after.status.corrupt).toBeGreaterThan(0);
    }
  });
});

describe('a disk that cannot be written', () => {
  it('costs nothing but history: it is told, and what was counted meanwhile is written later', async () => {
    const at = folder();
    writeFileSync(at, 'in the way');
    const ring = recorder(at);
    ring.add([eventOf()]);
    await ring.flush();
    expect(ring.status.error).toMatch(/EEXIST|ENOTDIR/);
    expect(await counts(ring)).toEqual({ 8080: 1 });
    clock += 3 * HOUR;
    ring.add([eventOf()]);
    await ring.flush();
    rmSync(at);
    await ring.flush();
    expect(ring.status.error).toBeNull();
    expect(await counts(recorder(at))).toEqual({ 8080: 2 });
  });
  it('loses nothing where an hour ends meanwhile', async () => {
    const at = folder();
    const ring = recorder(at);
    ring.add([eventOf()]);
    await ring.flush();
    rmSync(at, { recursive: true });
    writeFileSync(at, 'in the way');
    for (let hour = 0; hour < 3; hour++) {
      clock += HOUR;
      ring.add([eventOf({ dport: 50 + hour })]);
      await ring.flush();
      expect(ring.status.error).not.toBeNull();
    }
    rmSync(at);
    mkdirSync(at);
    await ring[Symbol.asyncDispose]();
    expect(await counts(recorder(at))).toEqual({ 8080: 1, 50: 1, 51: 1, 52: 1 });
  });
});
