import { existsSync, mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BpfMap, Native, TcAttachment } from '@sluice/native';
import { encodeCt4Key, encodeCtValue, CtFlags } from '../generated/layout.js';
import { ownDescription } from './description.js';
import { LayoutFolder, Phase } from './folder.js';
import { settle, Takeover } from './takeover.js';

class Crash extends Error {}
const MAPS = ['config', 'predecessors', 'ct4', 'ct6', 'frag', 'ipcache', 'break_glass'];
const LINKS = ['ep-1-ingress', 'ep-1-egress', 'overlay-ingress', 'overlay-egress'];
const IFINDEX: Record<string, number> = { ep: 7, overlay: 8 };
const ifindexOf = (link: string) => IFINDEX[link.split('-')[0]!]!;

/** Pins are files, maps are in memory; each write may be the last before a crash, and after each a packet must find a judge. */
class Machine {
  readonly root = mkdtempSync(join(tmpdir(), 'sluice-takeover-'));
  private readonly maps = new Map<string, Map<string, Buffer>>();
  /** Layouts in the order of their programs on each hook, the first first. */
  private readonly order: number[] = [];
  private writes = 0;
  crashAt = Infinity;
  readonly violations: string[] = [];

  readonly native = {
    openPinnedMap: (path: string) => this.map(path),
    openPinnedLink: (path: string) => (existsSync(path) ? this.link(path) : null),
    createMap: ({ valueSize }: { valueSize: number }) => this.unpinned(valueSize),
  } as unknown as Native;

  /** Writes so far. */
  get written(): number {
    return this.writes;
  }

  private step(): void {
    this.look();
    this.writes++;
    if (this.writes >= this.crashAt) {
      this.crashAt = Infinity;
      throw new Crash();
    }
  }

  /** What becomes of a packet on each hook: programs that give it on must have somebody behind them. */
  look(): void {
    for (const link of LINKS) {
      const there = this.order.filter((version) => existsSync(join(this.root, `v${version}`, 'links', link)));
      if (there.length === 0) continue;
      const judge = there.findIndex((version) => !this.givesOn(version, ifindexOf(link)));
      if (judge < 0) this.violations.push(`${link}: nobody judges (write ${this.writes})`);
    }
  }

  private givesOn(version: number, ifindex: number): boolean {
    const folder = new LayoutFolder(this.native, join(this.root, `v${version}`), version);
    const { phase } = folder;
    const key = Buffer.alloc(4);
    key.writeUInt32LE(ifindex);
    const behind = this.content(join(folder.path, 'predecessors')).has(key.toString('latin1'));
    return behind && (phase === Phase.standby || phase === Phase.handover);
  }

  content(path: string): Map<string, Buffer> {
    const content = this.maps.get(path) ?? new Map<string, Buffer>();
    this.maps.set(path, content);
    return content;
  }

  private map(path: string): BpfMap {
    const name = path.split('/').at(-1)!;
    const shape = ownDescription().maps[name];
    const { key, value } = shape ?? { key: { size: 4 }, value: { size: 4 } };
    return this.over(this.content(path), key.size, value.size, (content, to) => this.maps.set(to, content));
  }

  private unpinned(valueSize: number): BpfMap {
    return this.over(new Map(), 4, valueSize, (content, path) => {
      writeFileSync(path, '');
      this.maps.set(path, content);
    });
  }

  private over(
    content: Map<string, Buffer>,
    keySize: number,
    valueSize: number,
    pin: (content: Map<string, Buffer>, path: string) => void,
  ): BpfMap {
    const entries = () => ({
      keys: Buffer.concat([...content.keys()].map((key) => Buffer.from(key, 'latin1'))),
      values: Buffer.concat([...content.values()]),
      count: content.size,
    });
    const map = {
      keySize,
      valueSize,
      get: (key: Buffer) => {
        const value = content.get(key.toString('latin1'));
        return value ? Buffer.from(value) : null;
      },
      update: (key: Buffer, value: Buffer, flags = 'any') => {
        this.step();
        const at = key.toString('latin1');
        if (flags === 'noexist' && content.has(at)) throw Object.assign(new Error(), { code: 'EEXIST' });
        content.set(at, Buffer.from(value));
      },
      delete: (key: Buffer) => {
        this.step();
        return content.delete(key.toString('latin1'));
      },
      entries,
      *iterate() {
        yield entries();
      },
      pin: (path: string) => pin(content, path),
      [Symbol.dispose]: () => undefined,
    };
    return map as unknown as BpfMap;
  }

  private link(path: string): TcAttachment {
    return {
      ifindex: ifindexOf(path.split('/').at(-1)!),
      direction: path.endsWith('ingress') ? 'ingress' : 'egress',
      detach: () => {
        this.step();
        unlinkSync(path);
      },
      [Symbol.dispose]: () => undefined,
    } as unknown as TcAttachment;
  }

  /** What an agent of this layout does from its start until its programs decide; what fails then is tried again, or ends it. */
  async start(version: number, triesAgain = false): Promise<void> {
    const path = join(this.root, `v${version}`);
    const own = new LayoutFolder(this.native, path, version);
    const description = { ...ownDescription(), version };
    own.describe(description);
    const from = settle(this.native, this.root, version);
    own.describe(description);
    for (const name of MAPS) if (!own.has(name)) this.make(join(path, name));
    const takeover = from && Takeover.begin(this.native, path, from);
    if (!takeover) own.phase = Phase.active;
    for (const link of LINKS) this.attach(version, join(path, 'links', link));
    await takeover?.complete().catch(async (error: unknown) => {
      if (!triesAgain) throw error;
      await takeover.complete();
    });
    this.look();
  }

  private make(path: string): void {
    writeFileSync(path, '');
    this.maps.delete(path);
    if (path.endsWith('/config')) this.content(path).set('\0\0\0\0', Buffer.alloc(96));
  }

  private attach(version: number, path: string): void {
    this.step();
    mkdirSync(dirname(path), { recursive: true });
    const isNew = !LINKS.some((link) => existsSync(join(dirname(path), link)));
    if (isNew) {
      const at = this.order.indexOf(version);
      if (at >= 0) this.order.splice(at, 1);
      this.order.unshift(version);
    }
    writeFileSync(path, '');
  }

  layouts(): readonly (readonly [string, Phase])[] {
    return LayoutFolder.all(this.native, this.root).map((folder) => [folder.name, folder.phase] as const);
  }

  /** Where the connection of the test stands. */
  connection(version: number): Buffer | null {
    return this.content(join(this.root, `v${version}`, 'ct4')).get(KEY.toString('latin1')) ?? null;
  }

  connect(version: number): void {
    this.content(join(this.root, `v${version}`, 'ct4')).set(KEY.toString('latin1'), VALUE);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const side = { epoch: 5n, localIdentity: 300, peerIdentity: 301, cookie: 1, verdict: 1 };
const KEY = encodeCt4Key({ addrA: 1, addrB: 2, portA: 3, portB: 4, protocol: 6 });
const VALUE = encodeCtValue({
  expires: 9n,
  egress: side,
  ingress: side,
  flags: CtFlags.CT_INIT_FROM_A,
  charge: 77,
});

async function crashing(machine: Machine, version: number, at: number): Promise<boolean> {
  machine.crashAt = at;
  try {
    await machine.start(version);
    return false;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    return true;
  } finally {
    machine.crashAt = Infinity;
  }
}

describe('one layout takes over from another', () => {
  it('with its connections, which count for nobody as half-open', async () => {
    using machine = new Machine();
    await machine.start(2);
    machine.connect(2);
    await machine.start(3);
    expect(machine.layouts()).toEqual([['v3', Phase.active]]);
    const expected = Buffer.from(VALUE);
    expected.writeUInt32LE(0, 60);
    expect(machine.connection(3)).toEqual(expected);
    expect(machine.violations).toEqual([]);
  });

  it.each([
    [3, 3],
    [3, 2],
  ])(
    'agent v%i killed at each of its writes, agent v%i started: somebody judges at each moment, no connection is forgotten',
    async (first, second) => {
      let crashes = 0;
      for (let at = 1; ; at++) {
        using machine = new Machine();
        await machine.start(2);
        machine.connect(2);
        if (!(await crashing(machine, first, at))) break;
        crashes++;
        await machine.start(second);
        expect([at, machine.layouts()]).toEqual([at, [[`v${second}`, Phase.active]]]);
        expect([at, machine.connection(second) !== null]).toEqual([at, true]);
        expect(machine.violations).toEqual([]);
      }
      expect(crashes).toBeGreaterThan(15);
    },
    60_000,
  );

  it('killed at each write, and its successor at each of its own', async () => {
    for (let at = 3; at < 30; at += 4) {
      for (let then = 1; then < 25; then += 3) {
        using machine = new Machine();
        await machine.start(2);
        machine.connect(2);
        if (!(await crashing(machine, 3, at))) continue;
        await crashing(machine, 2, then);
        await machine.start(3);
        expect([at, then, machine.layouts()]).toEqual([at, then, [['v3', Phase.active]]]);
        expect(machine.connection(3)).not.toBeNull();
        expect(machine.violations).toEqual([]);
      }
    }
  }, 60_000);

  it('goes on where a step failed and the agent lives', async () => {
    let failures = 0;
    for (let at = 1; failures < 30; at++) {
      using machine = new Machine();
      await machine.start(2);
      machine.connect(2);
      machine.crashAt = machine.written + at;
      const failed = await machine.start(3, true).then(
        () => machine.crashAt === Infinity,
        () => null,
      );
      if (failed === false) break;
      // Before its programs are attached an agent that fails ends.
      if (failed === null) continue;
      failures++;
      expect([at, machine.layouts()]).toEqual([at, [['v3', Phase.active]]]);
      expect(machine.connection(3)).not.toBeNull();
      expect(machine.violations).toEqual([]);
    }
    expect(failures).toBeGreaterThan(4);
  }, 60_000);

  it('is refused where nothing describes the other', async () => {
    using machine = new Machine();
    await machine.start(2);
    unlinkSync(join(machine.root, 'v2/layout'));
    await expect(machine.start(3)).rejects.toThrow(
      /nothing describes the maps of .*v2.*: a version that is too old/,
    );
  });

  it('ours judge where the other has lost its programs', async () => {
    using machine = new Machine();
    await machine.start(2);
    const path = join(machine.root, 'v3');
    const own = new LayoutFolder(machine.native, path, 3);
    own.describe({ ...ownDescription(), version: 3 });
    const from = settle(machine.native, machine.root, 3)!;
    for (const name of MAPS) writeFileSync(join(path, name), '');
    machine.content(join(path, 'config')).set('\0\0\0\0', Buffer.alloc(96));
    using takeover = Takeover.begin(machine.native, path, from);
    const behind = machine.content(join(path, 'predecessors'));
    expect([...behind.keys()].map((key) => key.charCodeAt(0))).toEqual([7, 8]);
    unlinkSync(join(machine.root, 'v2/links/ep-1-egress'));
    takeover.check();
    expect([...behind.keys()].map((key) => key.charCodeAt(0))).toEqual([8]);
  });
});
