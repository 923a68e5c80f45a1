import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type Variant } from './namespaces.ts';

export type Mode = 'rr' | 'crr' | 'bulk';
const PORT = '8080';

/** Compiles netbench.c into a folder of its own, gone with dispose. */
export function buildNetbench(): { readonly path: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const path = join(folder, 'netbench');
  run('gcc', ['-O2', '-o', path, join(import.meta.dirname, 'netbench.c')]);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Servers of one variant on both families; they end with dispose. */
export async function serve(netbench: string, variant: Variant): Promise<Disposable> {
  const children = await Promise.all(
    [variant.addresses[4], variant.addresses[6]].map((address) =>
      serveOne(netbench, variant.server, address),
    ),
  );
  return { [Symbol.dispose]: () => children.forEach((child) => child.stdin!.end()) };
}

function serveOne(netbench: string, netns: string, address: string): Promise<ChildProcess> {
  const child = spawn('nsenter', [`--net=${netns}`, netbench, 'server', address, PORT, '0'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`netbench server ${address} ended with ${code}`)));
    child.stdout.once('data', () => resolve(child));
  });
}

/** Operations (bulk: bytes) a second of one round. */
export function measure(netbench: string, variant: Variant, mode: Mode, family: 4 | 6, ms: number): number {
  const args = [`--net=${variant.client}`, netbench, mode, variant.addresses[family], PORT, '0', String(ms)];
  const [count, nanoseconds] = run('nsenter', args).trim().split(' ').map(Number);
  return (count! * 1e9) / nanoseconds!;
}

/** Segmentation offload on every device of both ends. */
export function setOffload(variant: Variant, on: boolean): void {
  const value = on ? 'on' : 'off';
  for (const netns of [variant.client, variant.server]) {
    run('nsenter', [`--net=${netns}`, 'ethtool', '-K', 'eth0', 'tso', value, 'gso', value, 'gro', value]);
  }
}

/** Client ports are used again at once: a second of new connections takes most of the range. */
export function manyPorts(variant: Variant): void {
  for (const netns of [variant.client, variant.server]) {
    const values = ['net.ipv4.tcp_tw_reuse=1', 'net.ipv4.ip_local_port_range=1024 65535'];
    run('nsenter', [`--net=${netns}`, 'sysctl', '-qw', ...values]);
  }
}
