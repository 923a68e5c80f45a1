// Writes docs/schemas/*.json and the tables of fields in docs/policy.md from the declarations of documents. The packages must be built.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import prettier from 'prettier';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const built = join(root, 'libs', 'policy', 'dist', 'documents', 'published.js');
const { fieldTables, publishedSchemas } = await import(pathToFileURL(built).href);

const folder = join(root, 'docs', 'schemas');
mkdirSync(folder, { recursive: true });
for (const { file, text } of publishedSchemas()) {
  const target = join(folder, file);
  const options = await prettier.resolveConfig(target);
  writeFileSync(target, await prettier.format(text, { ...options, parser: 'json' }));
}

const page = join(root, 'docs', 'policy.md');
const [begin, end] = ['<!-- fields:begin -->', '<!-- fields:end -->'];
const text = readFileSync(page, 'utf8');
const from = text.indexOf(begin) + begin.length;
const next = `${text.slice(0, from)}\n\n${fieldTables()}\n${text.slice(text.indexOf(end))}`;
writeFileSync(
  page,
  await prettier.format(next, { ...(await prettier.resolveConfig(page)), parser: 'markdown' }),
);
