import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parseDocuments, validateDocument } from '../index.js';
import { Random, randomWorld } from '../testing/worlds.js';
import { DECLARATIONS } from './document.js';

const ajv = new Ajv2020({
  allErrors: false,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  validateFormats: false,
});
const SCHEMAS = new Map(DECLARATIONS.map(({ kind, check }) => [kind, ajv.compile(check.schema)] as const));

/** One of each type, empty and not, and what has been mistaken for something else. */
const VALUES: readonly unknown[] = [
  'text', '', '0x50', ' 80', '８０', '1e3', '-1', '65536', 0, -1, 65536, 80.5, 1e300, true, false, null, [], [[]], [null], ['a'], [{}],
  {}, { a: 1 }, { matchLabels: [] }, { __proto__: null, constructor: 1 },
]; // prettier-ignore

type Json = Record<string, unknown> | unknown[];
type Path = readonly (string | number)[];

/** The place of each value inside a document, but of what says which kind it is. */
function* places(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (at.length === 1 && (key === 'kind' || key === 'apiVersion')) continue;
    yield at;
    yield* places(child, at);
  }
}

function replaced(value: unknown, [step, ...rest]: Path, wrong: unknown): unknown {
  if (step === undefined) return wrong;
  if (Array.isArray(value))
    return value.map((item: unknown, i) => (i === step ? replaced(item, rest, wrong) : item));
  const fields = Object.entries(value as Record<string, unknown>).map(([k, v]): [string, unknown] => [
    k,
    k === step ? replaced(v, rest, wrong) : v,
  ]);
  return Object.fromEntries(fields);
}

const textOf = (path: Path) =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(step) ? `${text}.${step}` : `${text}[${JSON.stringify(step)}]`;
  }, '$');

/** Whether one place is the other, or around it, or inside it. */
const meets = (a: string, b: string) => a.startsWith(b) || b.startsWith(a);

/** Documents that show each field that worlds have: few, so that each place of each can be tried. */
function documents(): { kind: string; document: Json; schema: ValidateFunction }[] {
  const found: { kind: string; document: Json; schema: ValidateFunction }[] = [];
  const shapes = new Set<string>();
  for (let seed = 0; seed < 100; seed++)
    for (const { kind, document } of randomWorld(new Random(seed)).policies) {
      const shape = [
        ...new Set([...places(document)].map((p) => p.filter((s) => typeof s === 'string').join('.'))),
      ];
      const fresh = shape.filter((s) => !shapes.has(`${kind} ${s}`));
      if (fresh.length === 0) continue;
      for (const s of fresh) shapes.add(`${kind} ${s}`);
      found.push({ kind, document: document as Json, schema: SCHEMAS.get(kind)! });
    }
  return found;
}

describe('the declaration of documents', () => {
  it('lets an editor take what the parser takes', () => {
    for (let seed = 0; seed < 600; seed++)
      for (const { kind, document } of randomWorld(new Random(seed)).policies) {
        const schema = SCHEMAS.get(kind)!;
        if (!schema(document))
          throw new Error(`${JSON.stringify(schema.errors)}\n${JSON.stringify(document)}`);
      }
  });

  it('has each wrong type in each place told there, by the parser wherever the schema tells it, and breaks on none', () => {
    const all = documents();
    expect(new Set(all.map(({ kind }) => kind)).size).toBe(6);
    let tried = 0;
    let refused = 0;
    for (const { document, schema } of all)
      for (const path of places(document))
        for (const wrong of VALUES) {
          const value = replaced(document, path, wrong);
          const { document: valid, errors } = validateDocument(value);
          tried += 1;
          const show = () => `${textOf(path)} = ${JSON.stringify(wrong)} in ${JSON.stringify(document)}`;
          if ((valid === null) !== errors.length > 0) throw new Error(`refused without a reason: ${show()}`);
          if (valid !== null) {
            // Null is absent, as in Kubernetes; editors may warn of it.
            if (wrong !== null && !JSON.stringify(wrong).includes('null') && !schema(value))
              throw new Error(`taken, and the schema refuses it: ${show()} ${JSON.stringify(schema.errors)}`);
            continue;
          }
          refused += 1;
          const at = textOf(path);
          // What the metadata says decides what the spec may say.
          if (path[0] === 'metadata') continue;
          if (!errors.some((e) => meets(e.path, at) || meets(e.path, textOf(path.slice(0, -1)))))
            throw new Error(`told elsewhere: ${JSON.stringify(errors)} for ${show()}`);
        }
    process.stdout.write(`${tried} wrong values in ${all.length} documents, ${refused} refused\n`);
    expect(refused).toBeGreaterThan(tried / 2);
  }, 120_000);

  it('takes each such document as text too, and tells the line', () => {
    const all = documents();
    let told = 0;
    for (const [i, { document }] of all.entries()) {
      const list = [...places(document)];
      const path = list[i % list.length]!;
      const text = JSON.stringify(replaced(document, path, [[['x']]]), null, 1);
      const { errors } = parseDocuments(text);
      for (const { line, column } of errors) {
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
        told += 1;
      }
    }
    expect(told).toBeGreaterThan(all.length / 2);
  });
});
