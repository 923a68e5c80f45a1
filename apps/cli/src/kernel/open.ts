import { DatapathError } from '@sluice/datapath';
import type { TestEngine } from '@sluice/policy';
import { CliError, Exit } from '../exit.js';
import { kernelEngine } from './engine.js';

/**
 * The kernel's engine for `sluice policy test`. Throws CliError: forbidden (5) where the kernel refuses this user, usage (2) where
 * the addon or the objects are not there or are not of this build.
 */
export function openKernel(open: () => TestEngine & Disposable = kernelEngine): TestEngine & Disposable {
  try {
    return open();
  } catch (error) {
    const message = `--engine kernel: ${(error as Error).message}`;
    const rights = error instanceof DatapathError && error.code === 'RIGHTS';
    throw new CliError(rights ? Exit.forbidden : Exit.usage, message, null, [], { cause: error });
  }
}
