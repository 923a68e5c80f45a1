import type { Log } from '../util/log.js';
import { loadModules } from './modules.js';

describe('modules of the kernel', () => {
  const warnings: string[] = [];
  const log = { warn: (message: string) => void warnings.push(message) } as unknown as Log;
  const commands: string[][] = [];
  const run = async (file: string, args: readonly string[]) => {
    commands.push([file, ...args]);
    return '';
  };
  beforeEach(() => {
    warnings.length = 0;
    commands.length = 0;
  });

  it('are loaded where they are not there', async () => {
    await loadModules(run, log, () => false);
    expect(commands).toEqual([['modprobe', 'nf_conntrack']]);
    await loadModules(run, log, () => true);
    expect(commands).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('are missed aloud, and nothing else ends', async () => {
    await loadModules(
      () => Promise.reject(new Error('not found')),
      log,
      () => false,
    );
    expect(warnings).toEqual([expect.stringMatching(/masqueraded/)]);
  });
});
