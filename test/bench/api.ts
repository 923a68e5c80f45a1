import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Lab } from '@sluice/lab';
import { GRPC_PORT, REPLICAS } from '@sluice/lab';

/** Applies policies by a client that stands beside the control plane: nothing is between the two but their one connection. */
export class Applier implements Disposable {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(lab: Lab) {
    const { name, address } = REPLICAS[0];
    this.child = spawn(
      'nsenter',
      [
        `--net=${lab.controlNetns}`,
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        join(import.meta.dirname, 'applier.ts'),
        `${address}:${GRPC_PORT}`,
        name,
        join(lab.paths.config, 'pki'),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  /** When the call began and when it was answered, in milliseconds of CLOCK_MONOTONIC. */
  async apply(text: string): Promise<{ readonly began: number; readonly answered: number }> {
    this.child.stdin!.write(`${JSON.stringify(text)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the API client has ended');
    const [began, answered] = JSON.parse(value) as [number, number];
    return { began, answered };
  }

  [Symbol.dispose](): void {
    this.child.stdin!.end();
  }
}
