// What bpf/lib/types.h declares, as the compiler lays it out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names that the header declares, in its order; `constants` are its plain numbers. */
export function declared(header) {
  const names = (pattern) => [...header.matchAll(pattern)].map((match) => match[1]);
  const defines = [...header.matchAll(/^#define (\w+) (\d+)$/gm)];
  return {
    structs: names(/^struct (\w+) \{/gm),
    enums: names(/^enum (\w+) \{/gm),
    constants: defines.map(([, name, value]) => ({ name, value: Number(value) })),
  };
}

/** BTF has only what an object uses, so one that uses everything is compiled. */
function compileAll(names, include) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-types-'));
  try {
    const uses = ['struct', 'enum'].flatMap((kind) =>
      names[`${kind}s`].map((name) => `${kind} ${name} use_${name};`),
    );
    const source = join(folder, 'all.bpf.c');
    const object = join(folder, 'all.bpf.o');
    writeFileSync(source, `#include <linux/types.h>\n#include "types.h"\n${uses.join('\n')}\n`);
    const triple = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
    const flags = ['-target', 'bpf', '-g', '-O2', '-Werror', `-I${include}`, `-I/usr/include/${triple}`];
    const clang = process.env.CLANG ?? 'clang-19';
    const { status, stderr, error } = spawnSync(clang, [...flags, '-c', source, '-o', object], {
      encoding: 'utf8',
    });
    if (error) throw new Error(`${clang} cannot be run (${error.message}); CLANG names another one`);
    if (status !== 0) throw new Error(`types.h does not compile:\n${stderr}`);
    return { object, remove: () => rmSync(folder, { recursive: true, force: true }) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Throws where a built object has a struct of another layout: it was compiled with another types.h. */
export function sameLayout(structs, built, object) {
  const others = new Map(built.map((struct) => [struct.name, struct]));
  for (const struct of structs) {
    const other = others.get(struct.name);
    if (other && JSON.stringify(other) !== JSON.stringify(struct)) {
      throw new Error(`${object} has another struct ${struct.name} than types.h: run make -C bpf`);
    }
  }
}

function find(all, kind, name) {
  const found = all.find((type) => type.name === name);
  if (!found) throw new Error(`${kind} ${name} is in types.h but not in the BTF that was compiled from it`);
  return found;
}

/** All structs, enums and constants of types.h in its order, checked against the objects that are built. */
export function readTypes(bpf, dumpBtf) {
  const names = declared(readFileSync(join(bpf, 'lib', 'types.h'), 'utf8'));
  const compiled = compileAll(names, join(bpf, 'lib'));
  try {
    const btf = dumpBtf(compiled.object);
    const structs = names.structs.map((name) => find(btf.structs, 'struct', name));
    const enums = names.enums.map((name) => find(btf.enums, 'enum', name));
    const build = join(bpf, 'build');
    const objects = existsSync(build) ? readdirSync(build).filter((file) => file.endsWith('.bpf.o')) : [];
    for (const object of objects) sameLayout(structs, dumpBtf(join(build, object)).structs, object);
    return { structs, enums, constants: names.constants };
  } finally {
    compiled.remove();
  }
}
