import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { DECLARATIONS } from './document.js';
import { fieldsOf } from './fieldlist.js';
import { fieldTables, publishedSchemas } from './published.js';
import type { JsonSchema } from './schema.js';
import { CILIUM_FIELDS } from './testing/cilium-fields.js';

const DOCS = join(import.meta.dirname, '..', '..', '..', '..', 'docs');
const HINT = 'run: node libs/policy/scripts/publish.mjs';

describe('what is published of the declarations', () => {
  it('docs/schemas has the JSON Schema of each kind, as they are declared', async () => {
    const schemas = publishedSchemas();
    expect(readdirSync(join(DOCS, 'schemas')).sort()).toEqual(schemas.map(({ file }) => file).sort());
    for (const { file, text } of schemas) {
      const path = join(DOCS, 'schemas', file);
      const pretty = await format(text, { ...(await resolveConfig(path)), parser: 'json' });
      expect([file, HINT, readFileSync(path, 'utf8')]).toEqual([file, HINT, pretty]);
    }
  });

  it('docs/policy.md has the fields of each kind', async () => {
    const page = join(DOCS, 'policy.md');
    const [, rest = ''] = readFileSync(page, 'utf8').split('<!-- fields:begin -->\n\n');
    const [present] = rest.split('\n<!-- fields:end -->');
    const wanted = await format(fieldTables(), { ...(await resolveConfig(page)), parser: 'markdown' });
    expect([HINT, present]).toEqual([HINT, wanted]);
  });

  it.each(['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'])('every field that Cilium has in a %s is served, kept or refused by name', (kind) => {
    const { check } = DECLARATIONS.find((d) => d.kind === kind)!;
    const spec = (check.schema['properties'] as Record<string, JsonSchema>)['spec']!;
    const fields = fieldsOf(spec, 'spec');
    const known = new Set(fields.map(({ path }) => path));
    const refused = fields.filter(({ state }) => state === 'refused').map(({ path }) => path);
    const isInside = (path: string) => refused.some((r) => path.startsWith(`${r}.`) || path.startsWith(`${r}[]`));
    expect(CILIUM_FIELDS.length).toBeGreaterThan(150);
    expect(CILIUM_FIELDS.filter((path) => !known.has(path) && !isInside(path))).toEqual([]);
  }); // prettier-ignore
});
