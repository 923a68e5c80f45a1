import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot, labPaths, output, remains } from '@sluice/lab';
import { labName, SLOW_MS } from './support.js';

const NAME = labName('remains');
const NOTHING = { processes: [], mounts: [], cgroups: [], folders: [] };
const sluice = join(checkoutRoot(), 'scripts/sluice');
const down = () => output(sluice, ['lab', 'down', '--name', NAME], { timeoutMs: 60_000 });

/** Starts the lab as a user would, and waits until its output says this. */
async function start(until: RegExp): Promise<ChildProcess> {
  const child = spawn(sluice, ['lab', '--name', NAME], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (text: Buffer) => {
      said += text.toString();
      if (until.test(said)) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => reject(new Error(`the lab ended:\n${said}`)));
  });
  return child;
}

/** Mount tables and command lines of all processes that still know the lab. */
function witnesses(): string[] {
  const { dir } = labPaths(NAME);
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) =>
      ['mountinfo', 'cmdline'].some((file) => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(`${dir}/`);
        } catch {
          return false;
        }
      }),
    );
}

describe('nothing of a lab remains', () => {
  afterAll(down, SLOW_MS);

  it(
    'after SIGTERM',
    async () => {
      const child = await start(/stays up until/);
      expect(remains(NAME).processes.length).toBeGreaterThan(5);
      expect(remains(NAME).mounts.length).toBeGreaterThan(5);
      child.kill('SIGTERM');
      await once(child, 'exit');
      expect(remains(NAME)).toEqual(NOTHING);
      expect(witnesses()).toEqual([]);
    },
    SLOW_MS,
  );

  it.each([
    ['while it starts', /etcd over mutual TLS/],
    ['while it is up', /stays up until/],
  ])(
    'after SIGKILL of the lab %s, and lab down',
    async (_when, moment) => {
      const child = await start(moment);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(remains(NAME).folders).toHaveLength(1);
      expect(await down()).toMatchObject({ code: 0 });
      expect(remains(NAME)).toEqual(NOTHING);
      expect(witnesses()).toEqual([]);
      expect(await down()).toMatchObject({ code: 0 });
    },
    SLOW_MS,
  );

  it(
    'when nobody reads its output any more',
    async () => {
      const child = await start(/Before any policy/);
      child.stdout?.destroy();
      child.stderr?.destroy();
      await once(child, 'exit');
      expect(remains(NAME)).toEqual(NOTHING);
    },
    SLOW_MS,
  );

  it(
    'after lab down from another terminal',
    async () => {
      const child = await start(/stays up until/);
      const ended = once(child, 'exit');
      expect(await down()).toMatchObject({ code: 0 });
      await ended;
      expect(remains(NAME)).toEqual(NOTHING);
    },
    SLOW_MS,
  );
});
