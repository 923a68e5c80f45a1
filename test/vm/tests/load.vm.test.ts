import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { native, type BpfObject } from '@sluice/native';

const folder = join(import.meta.dirname, '../../../bpf/build');
const loaded = (module: string): boolean =>
  readFileSync('/proc/modules', 'latin1')
    .split('\n')
    .some((line) => line.startsWith(`${module} `));

/** Every object, with maps as large as in production, over the same pins as an agent has them. */
function withObjects(work: (objects: ReadonlyMap<string, BpfObject>, pins: string) => void): void {
  const pins = mkdtempSync(join(tmpdir(), 'sluice-load-'));
  native.mountBpffs(pins);
  const objects = new Map<string, BpfObject>();
  try {
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith('.bpf.o'))
      .sort())
      objects.set(file, native.loadObject(join(folder, file), { pinPath: pins }));
    work(objects, pins);
  } finally {
    for (const object of objects.values()) object[Symbol.dispose]();
    execFileSync('umount', [pins]);
    rmSync(pins, { recursive: true });
  }
}

describe('on the oldest kernel that is promised', () => {
  it('is that kernel: 6.1, without TCX', () => {
    expect(release()).toMatch(/^6\.1\./);
    expect(native.features()).toEqual({ tcx: false, kernel: expect.stringMatching(/^6\.1\./) });
  });

  it('every object loads without the kernel’s connection tracking', () => {
    expect(loaded('nf_conntrack')).toBe(false);
    withObjects((objects) => {
      expect([...objects.keys()]).toEqual(
        expect.arrayContaining(['endpoint.bpf.o', 'host.bpf.o', 'overlay.bpf.o']),
      );
    });
  });

  it('every object loads with it, and then asks it', () => {
    execFileSync('modprobe', ['nf_conntrack']);
    try {
      asksIt();
    } finally {
      // As the machine was: agents of other tests load it themselves.
      execFileSync('modprobe', ['--remove', 'nf_conntrack']);
    }
  });
});

function asksIt(): void {
  withObjects((objects, pins) => {
    const program = join(pins, 'to_host');
    objects.get('host.bpf.o')!.program('to_host').pin(program);
    const text = execFileSync('bpftool', ['prog', 'dump', 'xlated', 'pinned', program], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    expect(text).toContain('call bpf_skb_ct_lookup');
  });
}
