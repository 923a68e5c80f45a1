import { existsSync } from 'node:fs';
import { type Exec } from '../util/exec.js';
import type { Log } from '../util/log.js';

const CONNTRACK = '/sys/module/nf_conntrack';

/**
 * Has the kernel's connection tracking be there before the programs are loaded: they find its functions at that moment or never,
 * and where it is a module nothing else may have asked for it yet. Without it the agent goes on, and says what is missing.
 */
export async function loadModules(run: Exec, log: Log, present = existsSync): Promise<void> {
  if (present(CONNTRACK)) return;
  try {
    await run('modprobe', ['nf_conntrack']);
  } catch (error) {
    log.warn('no connection tracking: a host policy needs rules for the answers to masqueraded packets', {
      error: (error as Error).message,
      hint: 'load the module nf_conntrack and start the agent again',
    });
  }
}
