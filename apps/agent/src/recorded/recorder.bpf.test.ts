import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../util/log.js';
import { FlowRecorder } from './recorder.js';
import { eventOf, resolver } from './testing.js';

// No BPF here, but a file system of its own, which only root can mount.
const disk = mkdtempSync(join(tmpdir(), 'sluice-disk-'));
const folder = join(disk, 'flows');
beforeAll(() => execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]));
afterAll(() => {
  execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

const recorder = () => new FlowRecorder({ folder, resolver: () => resolver, log: silent });
const wanted = { since: 0, stagedOnly: false, policy: null, subject: [], limit: 10_000 };
const events = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => eventOf({ dport: from + n }));

it('goes on with a full disk, says so, and writes what it has counted once there is room', async () => {
  const ring = recorder();
  const ballast = join(disk, 'ballast');
  const { signal } = new AbortController();
  ring.add(events(1, 101));
  await ring.flush();
  expect(ring.status.error).toBeNull();
  expect(() => writeFileSync(ballast, Buffer.alloc(1024 * 1024))).toThrow(/ENOSPC/);
  for (let n = 0; n < 5; n++) {
    ring.add(events(1 + 100 * n, 101 + 100 * n));
    await ring.flush();
  }
  expect(ring.status.error).toMatch(/ENOSPC/);
  expect(ring.status.rows).toBe(500);
  // What an agent that dies now leaves is no worse than what it could write before.
  const left = await recorder().find(wanted, signal);
  expect(left.flows.length).toBeGreaterThanOrEqual(100);
  rmSync(ballast);
  await ring.flush();
  expect(ring.status.error).toBeNull();
  const { flows } = await recorder().find(wanted, signal);
  expect(flows).toHaveLength(500);
  expect(flows.reduce((sum, { count }) => sum + Number(count), 0)).toBe(600);
  expect(statSync(folder).isDirectory()).toBe(true);
});
