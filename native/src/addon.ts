import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The addon as it is: descriptors and packed buffers. Nobody but this package sees it. */
export interface Addon {
  loadObject(path: string, options: object): { programs: NamedFd[]; maps: NamedFd[] };
  progInfo(fd: number): {
    name: string;
    id: number;
    instructions: number;
    verifiedInstructions: number;
    tag: string;
  };
  testRun(
    fd: number,
    data: Buffer,
    context: Buffer | null,
    repeat: number,
    outputSize: number,
  ): { retval: number; data: Buffer; context: Buffer | null; duration: number };
  mapInfo(fd: number): {
    name: string;
    type: number;
    id: number;
    keySize: number;
    valueSize: number;
    maxEntries: number;
    flags: number;
  };
  mapCreate(
    type: number,
    name: string,
    keySize: number,
    valueSize: number,
    maxEntries: number,
    flags: number,
    inner: number | null,
  ): number;
  mapGet(fd: number, key: Buffer, keySize: number, valueBytes: number): Buffer | null;
  mapUpdate(fd: number, key: Buffer, value: Buffer, keySize: number, valueBytes: number, flags: number): void;
  mapDelete(fd: number, key: Buffer, keySize: number): boolean;
  mapUpdateBatch(
    fd: number,
    keys: Buffer,
    values: Buffer,
    keySize: number,
    valueBytes: number,
    count: number,
  ): [errno: number, written: number];
  mapDeleteBatch(fd: number, keys: Buffer, keySize: number, count: number): [errno: number, deleted: number];
  mapLookupBatch(
    fd: number,
    token: Buffer | null,
    count: number,
    keySize: number,
    valueBytes: number,
  ): { errno: number; keys: Buffer; values: Buffer; count: number; token: Buffer };
  mapNextKey(fd: number, key: Buffer | null, keySize: number): Buffer | null;
  possibleCpus(): number;
  mapById(id: number): number;
  tcxAttach(progFd: number, ifindex: number, egress: number): number;
  linkUpdate(linkFd: number, progFd: number): void;
  linkDetach(linkFd: number): void;
  linkInfo(fd: number): { id: number; tcx: boolean; programId: number; ifindex: number; egress: number };
  tcxQuery(ifindex: number, egress: number): { programs: number[]; links: number[] };
  clsactAttach(ifindex: number, egress: number, progFd: number): void;
  clsactDetach(ifindex: number, egress: number): void;
  clsactQuery(ifindex: number, egress: number): number | null;
  Ring: new (fd: number) => AddonRing;
  dumpBtf(path: string): { structs: never[]; enums: never[] };
  pin(fd: number, path: string): void;
  openPin(path: string, kind: 'bpf-map' | 'bpf-prog' | 'bpf-link'): number | null;
  closeFd(fd: number): void;
  monotonicNow(): bigint;
  mountBpffs(path: string): void;
  ifindex(name: string): number | null;
  kernel(): string;
}

export interface NamedFd {
  readonly name: string;
  readonly fd: number;
}

export interface AddonRing {
  drain(maxBytes: number): { data: Buffer; count: number; more: boolean };
  onReadable(callback: (() => void) | null): void;
  close(): void;
}

const FILE = 'sluice_native.node';

/** Where the addon is looked for: SLUICE_NATIVE, beside the bundle, then the build folder of the package. */
function addonPath(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = [
    process.env['SLUICE_NATIVE'] ?? '',
    join(here, FILE),
    join(here, '..', 'build', 'Release', FILE),
  ].filter((path) => path !== '');
  const found = places.find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(
      `the native addon is not built: looked in ${places.join(', ')}. Run: npm run build -w native`,
    );
  }
  return found;
}

let loaded: Addon | null = null;

/** The addon, loaded at first use. */
export function addon(): Addon {
  loaded ??= createRequire(import.meta.url)(addonPath()) as Addon;
  return loaded;
}
