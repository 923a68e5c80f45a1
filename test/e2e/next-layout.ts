import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What the next layout has otherwise: a new field, and fields in another order. */
const CHANGES: readonly (readonly [string, string])[] = [
  ['#define SLUICE_LAYOUT_VERSION 2', '#define SLUICE_LAYOUT_VERSION 3'],
  ['struct ct_value {\n', 'struct ct_value {\n\t__u64 born;\n'],
  ['SLUICE_ASSERT_SIZE(struct ct_value, 64)', 'SLUICE_ASSERT_SIZE(struct ct_value, 72)'],
  ['\t__u32 ifindex; /* of the host side */\n\t__u32 endpoint_id;', '\t__u32 endpoint_id;'],
  [
    '\t__u32 identity;\n\t__u32 policy_class; /*',
    '\t__u32 identity;\n\t__u32 ifindex;\n\t__u32 policy_class; /*',
  ],
  ['\t__u32 identity;\n\t__u32 flags; /* sluice_ipcache_flags */', '\t__u32 flags;\n\t__u32 identity;'],
  ['\t__u32 flags;\n\t__u32 vxlan_ifindex;', '\t__u32 vxlan_ifindex;\n\t__u32 flags;'],
];

/** Makes, in `folder`, an agent of another layout out of this tree's sources. Returns its program. */
export function buildNextLayout(folder: string): string {
  const bpf = join(folder, 'bpf');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'bpf'), bpf, { recursive: true, filter: (path) => !path.endsWith('.o') });
  const types = join(bpf, 'lib/types.h');
  let text = readFileSync(types, 'utf8');
  for (const [from, to] of CHANGES) {
    if (!text.includes(from)) throw new Error(`types.h has changed: it has no ${JSON.stringify(from)}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(types, text);
  const layout = join(folder, 'layout.ts');
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: root, stdio: 'pipe' });
  run('make', '-s', '-C', bpf);
  run(process.execPath, 'libs/datapath/scripts/generate.mjs', '--bpf', bpf, '--out', layout);
  const out = join(folder, 'agent');
  const options = ['--out', out, '--layout', layout, '--bpf', join(bpf, 'build')];
  run(process.execPath, 'apps/agent/scripts/bundle.mjs', ...options);
  return join(out, 'agent.mjs');
}
