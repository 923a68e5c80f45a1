// How one member of a struct is written in TypeScript: its type, and the statements that encode and decode it.

/** Integers by their C name: the suffix of Buffer's methods, the bytes, the type. */
const INTEGERS = {
  __u8: ['UInt8', 1, 'number'],
  __u16: ['UInt16LE', 2, 'number'],
  __u32: ['UInt32LE', 4, 'number'],
  __u64: ['BigUInt64LE', 8, 'bigint'],
  __be16: ['UInt16BE', 2, 'number'],
  __be32: ['UInt32BE', 4, 'number'],
  __be64: ['BigUInt64BE', 8, 'bigint'],
};

/** An address is its bytes, in network order, whatever its struct says. */
const ADDRESS = 'struct ip_addr';

export const pascal = (name) => name.replace(/(?:^|_)([a-z0-9])/g, (_, letter) => letter.toUpperCase());
export const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

/** Bytes that only fill a gap: always zero, and no part of a value. */
export const isPadding = (member) => /^pad\d*$/.test(member.name);

const plus = (offset) => (offset === 0 ? 'offset' : `offset + ${offset}`);

function bytesField(member, size) {
  const name = camel(member.name);
  return {
    type: 'Uint8Array',
    encode: `putBytes(buffer, ${plus(member.offset)}, value.${name}, ${size}, '${name}');`,
    decode: `buffer.subarray(${plus(member.offset)}, ${plus(member.offset + size)})`,
  };
}

function integerField(member, [method, , type]) {
  return {
    type,
    encode: `buffer.write${method}(value.${camel(member.name)}, ${plus(member.offset)});`,
    decode: `buffer.read${method}(${plus(member.offset)})`,
  };
}

function tupleField(member, [method, size, type]) {
  const name = camel(member.name);
  const places = Array.from({ length: member.array }, (_, i) => plus(member.offset + i * size));
  return {
    type: `readonly [${places.map(() => type).join(', ')}]`,
    encode: places.map((place, i) => `buffer.write${method}(value.${name}[${i}]!, ${place});`).join('\n  '),
    decode: `[${places.map((place) => `buffer.read${method}(${place})`).join(', ')}]`,
  };
}

function structField(member) {
  const name = pascal(member.type.slice('struct '.length));
  return {
    type: name,
    encode: `encode${name}(value.${camel(member.name)}, buffer, ${plus(member.offset)});`,
    decode: `decode${name}(buffer, ${plus(member.offset)})`,
  };
}

/** Type, encoding and decoding of a member. Throws for what this generator does not know: nothing is guessed. */
export function field(struct, member) {
  const unknown = () =>
    new Error(`${struct.name}.${member.name}: ${member.type}[${member.array}] has no encoding here`);
  const integer = member.type.startsWith('enum ') ? INTEGERS.__u32 : INTEGERS[member.type];
  if (member.array > 0) {
    if (!integer || integer[1] * member.array !== member.size) throw unknown();
    return member.type === '__u8' ? bytesField(member, member.array) : tupleField(member, integer);
  }
  if (member.type === ADDRESS) return bytesField(member, member.size);
  if (member.type.startsWith('struct ')) return structField(member);
  if (!integer || integer[1] !== member.size) throw unknown();
  return integerField(member, integer);
}
