import type { Command } from 'commander';
import { Exit } from '../exit.js';
import type { Io } from '../io.js';

/** `sluice lab …` as the help and the completion see it; its arguments are the lab's own. */
export function addLab(program: Command): void {
  program
    .command('lab')
    .description('a whole cluster on this machine, in network namespaces of its own: sluice lab --help')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[args...]');
}

/** Hands the arguments after `lab` to the lab. Returns its exit code. */
export async function runLab(args: readonly string[], io: Io): Promise<number> {
  const lab = (await import('@sluice/lab')) as {
    labCommand?: (argv: readonly string[]) => Promise<number>;
  };
  if (lab.labCommand === undefined) {
    io.err('sluice: this build has no lab\n  install the whole package\n');
    return Exit.failed;
  }
  return lab.labCommand(args);
}
