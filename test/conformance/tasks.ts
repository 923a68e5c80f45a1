/** The tasks of docs/policy.md: their blocks are files, named by the comment in their first lines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One task: its title and its files by name. */
export interface Task {
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
}

const FENCE = /^```yaml\n# (\S+)\n([^]*?)^```$/gm;

/** Reads the tasks from a document. Throws where a block has no name, or two of a task have the same. */
export function tasksOf(document: string): Task[] {
  const section = document.slice(document.indexOf('\n## Tasks\n'), document.indexOf('\n## How a verdict'));
  return section
    .split(/^### /m)
    .slice(1)
    .map((text) => {
      const title = text.slice(0, text.indexOf('\n'));
      const files = new Map<string, string>();
      for (const [, name = '', content = ''] of text.matchAll(FENCE)) {
        if (files.has(name)) throw new Error(`${title}: ${name} stands twice`);
        files.set(name, content);
      }
      const blocks = text.split('```yaml').length - 1;
      if (blocks !== files.size)
        throw new Error(`${title}: a block does not begin with the name of its file`);
      return { title, files };
    });
}

/** The text of the document. */
export function policyDocument(): string {
  return readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8');
}
