import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { VmError } from './errors.ts';
import { writeInitramfs } from './initramfs.ts';
import type { Kernel } from './kernel.ts';

export interface Job {
  readonly kernel: Kernel;
  /** A folder of the caller's: the guest has it, writable, as /run/vm. */
  readonly share: string;
  /** A shell script that runs in /run/vm, on the host's file system, which it may change: the changes end with the VM. */
  readonly command: string;
  /** The VM is killed after this. */
  readonly timeoutMs: number;
  /** QEMU's accelerator. `tcg` needs nothing. */
  readonly accelerator: string;
  readonly memoryMb?: number;
  /** Told each line that the guest writes to its console. */
  readonly onLine?: (line: string) => void;
}

/** Arguments of QEMU for a job; nothing of the guest reaches a network. */
export function qemuArguments(job: Pick<Job, 'kernel' | 'share' | 'accelerator' | 'memoryMb'>): string[] {
  const { kernel, share, accelerator, memoryMb = 3072 } = job;
  const folder = (path: string, tag: string, more: string): string[] => [
    '-fsdev',
    `local,id=${tag},path=${path},security_model=none,multidevs=remap${more}`,
    '-device',
    `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`,
  ];
  return [
    ...['-M', 'q35', '-accel', accelerator, '-cpu', 'max', '-smp', '2', '-m', String(memoryMb)],
    ...['-nodefaults', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-device', 'virtio-rng-pci'],
    ...folder('/', 'host', ',readonly=on'),
    ...folder(share, 'share', ''),
    ...['-kernel', kernel.image, '-initrd', join(share, 'initramfs')],
    '-append',
    'console=ttyS0 quiet panic=-1 mitigations=off tsc=nowatchdog random.trust_cpu=on',
  ];
}

/** Boots the kernel, runs the command, and gives its exit code. Throws VmError where the guest does not come to its end. */
export async function boot(job: Job): Promise<number> {
  const { share, kernel, command, timeoutMs } = job;
  const guest = join(import.meta.dirname, 'guest');
  writeInitramfs(kernel, join(guest, 'init.sh'), join(share, 'initramfs'));
  copyFileSync(join(guest, 'start.sh'), join(share, 'start.sh'));
  writeFileSync(join(share, 'modules'), kernel.modules);
  writeFileSync(join(share, 'command'), command);
  const accelerator = job.accelerator === 'tcg' ? 'tcg,thread=multi' : job.accelerator;
  const child = spawn('qemu-system-x86_64', qemuArguments({ ...job, accelerator }), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const last: string[] = [];
  const tell = (line: string): void => {
    last.push(line.trimEnd());
    if (last.length > 40) last.shift();
    job.onLine?.(line.trimEnd());
  };
  createInterface({ input: child.stdout }).on('line', tell);
  createInterface({ input: child.stderr }).on('line', tell);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  try {
    await once(child, 'close');
  } finally {
    clearTimeout(timer);
    process.off('exit', end);
  }
  const code = join(share, 'code');
  if (existsSync(code)) return Number(readFileSync(code, 'utf8'));
  const why = late ? `did not end within ${timeoutMs} ms` : `ended before its command did`;
  throw new VmError(`the VM ${why}; the end of its console:\n${last.join('\n')}`);
}
