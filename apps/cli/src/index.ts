export { Exit, CliError } from './exit.js';
export type { Io } from './io.js';
export { run } from './program.js';
