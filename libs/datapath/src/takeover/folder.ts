import { existsSync, mkdirSync, readdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BpfMap, Native } from '@sluice/native';
import { DatapathError } from '../errors.js';
import { ConfigFlags } from '../generated/layout.js';
import { decodeDescription, encodeDescription, type LayoutDescription } from './description.js';

export type FolderNative = Pick<Native, 'openPinnedMap' | 'openPinnedLink' | 'createMap'>;

const INDEX = Buffer.alloc(4);
const { CFG_STANDBY, CFG_HANDOVER, CFG_RETIRED, CFG_SETTLING } = ConfigFlags;

/** How the programs of a layout stand to those of another. */
export const Phase = {
  active: 0,
  standby: CFG_STANDBY,
  handover: CFG_HANDOVER | CFG_SETTLING,
  settling: CFG_SETTLING,
  retired: CFG_RETIRED,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];
/** All bits of `config.flags` that tell the phase. */
export const PHASE_MASK = CFG_STANDBY | CFG_HANDOVER | CFG_RETIRED | CFG_SETTLING;

/** The folder of one layout in the bpffs: its maps, its links, and what describes them. */
export class LayoutFolder {
  private known: LayoutDescription | null = null;

  constructor(
    private readonly native: FolderNative,
    readonly path: string,
    readonly version: number,
  ) {}

  /** All layouts that an instance has, the oldest first. */
  static all(native: FolderNative, root: string): LayoutFolder[] {
    if (!existsSync(root)) return [];
    const versions = readdirSync(root).flatMap((name) => /^v(\d+)$/.exec(name)?.[1] ?? []);
    return versions
      .map(Number)
      .sort((a, b) => a - b)
      .map((version) => new LayoutFolder(native, join(root, `v${version}`), version));
  }

  get name(): string {
    return `v${this.version}`;
  }

  private get linksPath(): string {
    return join(this.path, 'links');
  }

  /** Names of the pinned links. */
  get links(): readonly string[] {
    return existsSync(this.linksPath) ? readdirSync(this.linksPath) : [];
  }

  has(map: string): boolean {
    return existsSync(join(this.path, map));
  }

  /** A pinned map; whoever asks closes it. */
  map(name: string): BpfMap {
    return this.native.openPinnedMap(join(this.path, name));
  }

  /** Throws LAYOUT where there is none: a build from before there were descriptions made it. */
  get description(): LayoutDescription {
    if (this.known) return this.known;
    if (!this.has('layout')) {
      throw new DatapathError('LAYOUT', `nothing describes the maps of ${this.path}`, {
        hint: 'a version that is too old, or too new by more than one, made them; start that one, then each in between',
      });
    }
    using map = this.map('layout');
    return (this.known = decodeDescription(map.get(INDEX) ?? Buffer.alloc(0)));
  }

  /** Pins a description of these maps, in place of one that says something else. */
  describe(description: LayoutDescription): void {
    const bytes = encodeDescription(description);
    const path = join(this.path, 'layout');
    if (this.has('layout')) {
      using present = this.map('layout');
      if (present.get(INDEX)?.equals(bytes)) return;
      unlinkSync(path);
    }
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    const spec = { name: 'sluice_layout', type: 'array', keySize: 4, maxEntries: 1 } as const;
    using map = this.native.createMap({ ...spec, valueSize: bytes.length });
    map.update(INDEX, bytes);
    map.pin(path);
    this.known = description;
  }

  /** Active also where its maps are not made yet. */
  get phase(): Phase {
    if (!this.has('config')) return Phase.active;
    const bits = this.flags(({ flags }) => flags & PHASE_MASK);
    if (bits & CFG_RETIRED) return Phase.retired;
    if (bits & CFG_STANDBY) return Phase.standby;
    if (bits & CFG_HANDOVER) return Phase.handover;
    return bits & CFG_SETTLING ? Phase.settling : Phase.active;
  }

  /** Turns the bits in one word that the programs read: for all packets of all hooks at once. */
  set phase(phase: Phase) {
    this.flags(({ flags, write }) => write((flags & ~PHASE_MASK) | phase));
  }

  private flags<T>(use: (config: { flags: number; write: (flags: number) => void }) => T): T {
    const field = this.description.config.fields.find(([name]) => name === 'flags');
    if (field?.[2] !== 4) throw new DatapathError('LAYOUT', `the config of ${this.path} has no flags`);
    using map = this.map('config');
    const bytes = map.get(INDEX);
    if (!bytes || bytes.length < field[1] + 4)
      throw new DatapathError('LAYOUT', `the config of ${this.path} is not as it is described`);
    const write = (flags: number): void => {
      bytes.writeUInt32LE(flags >>> 0, field[1]);
      map.update(INDEX, bytes);
    };
    return use({ flags: bytes.readUInt32LE(field[1]), write });
  }

  /** Interfaces that have programs of this layout on both sides. */
  covered(): readonly number[] {
    const sides = new Map<string, { ifindex: number; sides: Set<string> }>();
    for (const name of this.links) {
      using link = this.native.openPinnedLink(join(this.linksPath, name));
      if (!link || link.ifindex === 0) continue;
      const hook = name.replace(/-(ingress|egress)$/, '');
      const known = sides.get(hook) ?? { ifindex: link.ifindex, sides: new Set() };
      if (known.ifindex === link.ifindex) known.sides.add(link.direction);
      sides.set(hook, known);
    }
    return [...sides.values()].filter((one) => one.sides.size === 2).map(({ ifindex }) => ifindex);
  }

  /**
   * Takes its programs off and unpins all. Those of workloads go by themselves once nothing pins them, as each that is waited for
   * holds this process for a grace period of the kernel.
   */
  remove(): void {
    for (const name of this.links) {
      if (name.startsWith('ep-')) continue;
      using link = this.native.openPinnedLink(join(this.linksPath, name));
      link?.detach();
    }
    rmSync(this.path, { recursive: true, force: true });
  }
}
