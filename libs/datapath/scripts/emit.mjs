// Writes the TypeScript of structs and enums. Pure: the same types give the same text.
import { camel, field, isPadding, pascal } from './fields.mjs';

const HEAD = `// Generated from bpf/lib/types.h by libs/datapath/scripts/generate.mjs. Do not edit.
//
// Integers are little-endian, as in the objects (bpfel), but big-endian where the C type is __be. Addresses and MACs are
// bytes; what decode gives of them are views of the buffer. Padding is written as zero and is no part of a value.

/** Throws RangeError where there is no room for the struct. */
function room(buffer: Buffer, offset: number, size: number, what: string): void {
  if (Number.isInteger(offset) && offset >= 0 && offset + size <= buffer.length) return;
  throw new RangeError(\`\${what} has \${size} bytes, got \${buffer.length} and offset \${offset}\`);
}

function putBytes(buffer: Buffer, offset: number, bytes: Uint8Array, size: number, what: string): void {
  if (bytes.length !== size) throw new RangeError(\`\${what} has \${size} bytes, got \${bytes.length}\`);
  buffer.set(bytes, offset);
}
`;

/** The gaps that a compiler leaves by itself carry what was in memory before: none may be in a key or a value. */
function assertNoGaps(struct) {
  let end = 0;
  for (const member of struct.members) {
    if (member.offset !== end) throw new Error(`${struct.name} has a gap before ${member.name}`);
    end = member.offset + member.size;
  }
  if (end !== struct.size) throw new Error(`${struct.name} has a gap at its end`);
}

function layoutOf(struct) {
  const offsets = struct.members
    .filter((member) => !isPadding(member))
    .map((member) => `${member.name}: ${member.offset}`);
  return `/** Size and offsets of struct ${struct.name}. */
export const ${struct.name} = { size: ${struct.size}, offsets: { ${offsets.join(', ')} } } as const;`;
}

/** Where everything of a struct lies: `[name, offset, size]`, structs within it taken apart, padding left out. */
function fieldsOf(struct, structs, at = 0, prefix = '') {
  return struct.members
    .filter((member) => !isPadding(member))
    .flatMap((member) => {
      const inner = member.array === 0 && structs.find(({ name }) => member.type === `struct ${name}`);
      if (inner && inner.name !== 'ip_addr')
        return fieldsOf(inner, structs, at + member.offset, `${prefix}${member.name}.`);
      return [[`${prefix}${member.name}`, at + member.offset, member.size]];
    });
}

/** All structs as data: what another version of this layout is told. */
function fieldTable(structs) {
  const rows = structs
    .filter(({ name }) => name !== 'ip_addr')
    .map((struct) => {
      const fields = fieldsOf(struct, structs).map((one) => JSON.stringify(one));
      return `  ${struct.name}: { size: ${struct.size}, fields: [${fields.join(', ')}] },`;
    });
  return `/** Where the fields of each struct lie: name, offset and size in bytes. */
export const FIELDS: Readonly<
  Record<string, { readonly size: number; readonly fields: readonly (readonly [string, number, number])[] }>
> = {
${rows.join('\n')}
};`;
}

function codecOf(struct) {
  const name = pascal(struct.name);
  const fields = struct.members
    .filter((member) => !isPadding(member))
    .map((m) => ({ name: camel(m.name), ...field(struct, m) }));
  if (new Set(fields.map((f) => f.name)).size !== fields.length)
    throw new Error(`${struct.name}: two members with one name`);
  return `/** struct ${struct.name} */
export interface ${name} {
${fields.map((f) => `  readonly ${f.name}: ${f.type};`).join('\n')}
}

/** Writes it into \`buffer\` at \`offset\`, or into a new one. RangeError where a number or a length does not fit. */
export function encode${name}(value: ${name}, buffer: Buffer = Buffer.alloc(${struct.size}), offset = 0): Buffer {
  room(buffer, offset, ${struct.size}, '${struct.name}');
  buffer.fill(0, offset, offset + ${struct.size});
  ${fields.map((f) => f.encode).join('\n  ')}
  return buffer;
}

/** Reads it at \`offset\`. RangeError where the buffer is too short. */
export function decode${name}(buffer: Buffer, offset = 0): ${name} {
  room(buffer, offset, ${struct.size}, '${struct.name}');
  return {
${fields.map((f) => `    ${f.name}: ${f.decode},`).join('\n')}
  };
}`;
}

function enumOf(type) {
  const name = pascal(type.name.replace(/^sluice_/, ''));
  const values = Object.entries(type.values).map(([key, value]) => `  ${key}: ${value},`);
  return `/** enum ${type.name} */
export const ${name} = {
${values.join('\n')}
} as const;
export type ${name} = (typeof ${name})[keyof typeof ${name}];`;
}

/** The text of the module. An address has no codec of its own: it is 16 bytes wherever it stands. */
export function emit({ structs, enums, constants }) {
  structs.forEach(assertNoGaps);
  const parts = [
    HEAD.trimEnd(),
    constants.map(({ name, value }) => `export const ${name} = ${value};`).join('\n'),
    ...enums.map(enumOf),
    ...structs
      .filter((struct) => struct.name !== 'ip_addr')
      .flatMap((struct) => [layoutOf(struct), codecOf(struct)]),
    fieldTable(structs),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
