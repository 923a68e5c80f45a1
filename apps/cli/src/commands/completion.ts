import type { Command, Option } from 'commander';
import type { Context } from '../context.js';
import { FORMATS } from '../globals.js';
import { PROTOCOLS, VERDICTS } from '../observe/filter.js';
import { usageError } from '../exit.js';
import { MAPS } from './map.js';

/** What may follow an option, where it is one of a few words. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--output': FORMATS,
  '--verdict': VERDICTS,
  '--protocol': PROTOCOLS,
  '--mode': ['always', 'default', 'never'],
  '--routing': ['tunnel', 'native'],
  '--allow-local-host': ['auto', 'always', 'policy'],
  '--attach': ['auto', 'tcx', 'clsact'],
  '--source': ['host', 'container', 'k8s', 'user'],
};
const KINDS = [
  'Policy',
  'ClusterPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'NetworkPolicy',
  'ClusterNetworkPolicy',
];
/** What may be an argument, by command. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  completion: ['bash', 'zsh', 'fish'],
  dump: MAPS,
};

const HIDDEN = '__complete';
const optionsOf = (commands: readonly Command[]) => commands.flatMap((command) => [...command.options]);
const takesValue = (option: Option) => option.required || option.optional;

interface Position {
  readonly path: readonly Command[];
  /** The option whose value comes next. */
  readonly pending: Option | null;
}

function walk(program: Command, words: readonly string[]): Position {
  const path = [program];
  let pending: Option | null = null;
  for (const word of words) {
    if (pending !== null) pending = null;
    else if (word.startsWith('-')) {
      const option = optionsOf(path).find((o) => o.short === word || o.long === word);
      pending = option !== undefined && takesValue(option) ? option : null;
    } else {
      const next = path.at(-1)?.commands.find((c) => c.name() === word);
      if (next !== undefined) path.push(next);
    }
  }
  return { path, pending };
}

/**
 * What may stand in the place of the last word (which may be empty or begun): subcommands, options, values. An empty list
 * leaves it to the shell's file names.
 */
export function complete(
  program: Command,
  words: readonly string[],
  contexts: () => readonly string[],
): readonly string[] {
  const last = words.at(-1) ?? '';
  const { path, pending } = walk(program, words.slice(0, -1));
  const starting = (list: readonly string[]) => list.filter((item) => item.startsWith(last));
  if (pending?.long === '--context') return starting(contexts());
  if (pending !== null) return starting(VALUES[pending.long ?? ''] ?? []);
  if (last.startsWith('-')) return starting(optionsOf(path).flatMap((option) => option.long ?? []));
  const command = path.at(-1) ?? program;
  const names = command.commands.map((c) => c.name()).filter((name) => name !== HIDDEN);
  if (command.name() === 'use-context') return starting(contexts());
  if (command.name() === 'policy' && path.at(-2)?.name() === 'delete') return starting(KINDS);
  return starting([...names, ...(ARGUMENTS[command.name()] ?? [])]);
}

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# sluice completion bash: source <(sluice completion bash)
_sluice() {
  local IFS=$'\\n'
  COMPREPLY=($(sluice ${HIDDEN} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _sluice sluice
`,
  zsh: `#compdef sluice
# sluice completion zsh: source <(sluice completion zsh)
_sluice() {
  local -a found
  found=(\${(f)"$(sluice ${HIDDEN} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -a found; else _files; fi
}
compdef _sluice sluice
`,
  fish: `# sluice completion fish | source
function __sluice_complete
  set -l words (commandline -opc) (commandline -ct)
  sluice ${HIDDEN} -- $words[2..-1] 2>/dev/null
end
complete -c sluice -a '(__sluice_complete)'
`,
};

/** `sluice completion SHELL`, and the hidden command that the scripts ask. */
export function addCompletion(program: Command, context: Context): void {
  program
    .command('completion')
    .description('script for bash, zsh or fish: source <(sluice completion bash)')
    .argument('<shell>')
    .action(async (shell: string) => {
      const script = SCRIPTS[shell];
      if (script === undefined) throw usageError(`shell '${shell}' is not known`, 'one of bash, zsh, fish');
      await context.io.out(script);
    });
  program
    .command(HIDDEN, { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { readConfig } = await import('../config.js');
      const contexts = () => {
        try {
          return readConfig(context.globals.configPath).contexts.map((c) => c.name);
        } catch {
          return []; // no config file yet: nothing to offer
        }
      };
      await context.io.out(
        complete(program, words, contexts)
          .map((word) => `${word}\n`)
          .join(''),
      );
    });
}
