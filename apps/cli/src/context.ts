import type { Command } from 'commander';
import type { CliContext } from '@sluice/api';
import type { Connection } from './connection.js';
import { parseGlobals, type Globals, type RawGlobals } from './globals.js';
import type { Io } from './io.js';
import type { Column } from './table.js';

/** Thrown when the command was run in another process, which has printed everything. */
export class Elsewhere extends Error {
  constructor(readonly code: number) {
    super('run in another process');
  }
}

/** What every command works with: the world, the global flags, and the ways to print. */
export class Context {
  private parsed: Globals | null = null;
  private opened: Connection | null = null;

  constructor(
    readonly io: Io,
    private readonly raw: () => RawGlobals,
  ) {}

  get globals(): Globals {
    return (this.parsed ??= parseGlobals(this.raw(), this.io));
  }

  get machineReadable(): boolean {
    return this.globals.format === 'json' || this.globals.format === 'yaml';
  }

  /** The chosen context of the config file. Throws CliError. */
  async cliContext(): Promise<CliContext> {
    const { readConfig, chooseContext } = await import('./config.js');
    return chooseContext(readConfig(this.globals.configPath), this.globals.context, this.globals.configPath);
  }

  /** The control plane, by the chosen context; one connection for a run. Throws CliError. */
  async connect(): Promise<Connection> {
    const { Connection } = await import('./connection.js');
    return (this.opened ??= new Connection(await this.cliContext(), this.globals.timeoutMs, this.io.signal));
  }

  /** Prints one value as JSON or YAML (JSON where the format is for people: callers print those forms themselves). */
  async print(value: unknown): Promise<void> {
    if (this.globals.format === 'yaml') {
      const { stringify } = await import('yaml');
      return this.io.out(stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }));
    }
    await this.io.out(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Prints `value` as JSON or YAML, or `rows` as a table; `none` is said where there are no rows. */
  async printList<T>(
    value: unknown,
    rows: readonly T[],
    columns: readonly Column<T>[],
    none: string,
  ): Promise<void> {
    if (this.machineReadable) return this.print(value);
    if (rows.length === 0) return this.io.err(`${none}\n`);
    const { formatTable } = await import('./table.js');
    await this.io.out(formatTable(rows, columns, this.globals.format === 'wide'));
  }

  /** Marks a command that asks the control plane: it runs in the network namespace of its context. `when`: only then. */
  remote(command: Command, when: () => boolean = () => true): Command {
    return command.hook('preAction', async () => {
      if (!when()) return;
      const { enterNetns } = await import('./netns.js');
      const { netns } = await this.cliContext();
      const code = await enterNetns(netns, this.io.env, this.io.argv, this.io.execute);
      if (code !== null) throw new Elsewhere(code);
    });
  }

  close(): void {
    this.opened?.close();
  }
}
