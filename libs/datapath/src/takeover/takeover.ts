import type { BpfMap, Native } from '@sluice/native';
import { DatapathError } from '../errors.js';
import { AFTER, AHEAD, carry } from './carry.js';
import { ownDescription } from './description.js';
import { type FolderNative, LayoutFolder, Phase } from './folder.js';

/** A packet that the old programs were at work on when the new ones took over is done with long before. */
const REST_MS = 100;

/**
 * The end of a handover, from the moment when the front programs decide: what the back ones know that the front ones do not is copied,
 * then the back ones go. Each step may be the last before a crash: `settle` begins again where it ended.
 */
function* finish(front: LayoutFolder, back: LayoutFolder): Generator<void> {
  if (front.phase === Phase.handover) {
    for (const name of AFTER) yield* carry(name, back, front);
    back.phase = Phase.retired;
    // From here on nothing goes to the back ones, so that they can be taken off.
    front.phase = Phase.settling;
    yield;
  }
  back.remove();
  front.phase = Phase.active;
}

function atOnce(steps: Generator<void>): void {
  while (!steps.next().done);
}

const two = (a: LayoutFolder, b: LayoutFolder): DatapathError =>
  new DatapathError('LAYOUT', `the programs of both ${a.path} and ${b.path} decide`, {
    hint: 'two agents run on this node, or one with another instance name did; stop all but one',
  });

/**
 * Ends what an earlier agent, of this layout or of another, has begun and not ended, and removes what nobody uses. Returns the
 * layout whose programs decide now, if it is another one than `own`. Throws LAYOUT where nobody can tell. Never are programs taken
 * off while those in front of them give packets to them: behind would be nobody.
 */
export function settle(native: FolderNative, root: string, own: number): LayoutFolder | null {
  const all = (): LayoutFolder[] => LayoutFolder.all(native, root);
  const used = (): LayoutFolder[] => all().filter(({ links }) => links.length > 0);
  for (const folder of all()) if (folder.version !== own && folder.links.length === 0) folder.remove();
  const front = used().find(({ phase }) => phase === Phase.handover);
  const back = used().find(({ phase }) => phase === Phase.active);
  if (front && back) atOnce(finish(front, back));
  else if (front) front.phase = Phase.settling;
  for (const folder of all()) if (folder.phase === Phase.retired) folder.remove();
  for (const folder of used()) {
    if (folder.phase === Phase.settling) folder.phase = Phase.active;
    // It stood by in front of somebody who decides still.
    if (folder.phase === Phase.standby && folder.version !== own) folder.remove();
  }
  const [decides, other] = used().filter(({ phase }) => phase === Phase.active);
  if (decides && other) throw two(decides, other);
  return decides && decides.version !== own ? decides : null;
}

/** Without TCX nothing is pinned but maps: the newest other layout that has any. */
export function replaced(native: FolderNative, root: string, own: number): LayoutFolder | null {
  const others = LayoutFolder.all(native, root).filter(({ version }) => version !== own);
  for (const folder of others.slice(0, -1)) folder.remove();
  return others.at(-1) ?? null;
}

/** This layout's programs and maps on their way to take over from another's, which go on to decide until `complete`. */
export class Takeover implements Disposable {
  /** The other's switch that suspends enforcement; null where it is not as ours is. */
  readonly breakGlass: BpfMap | null;
  private readonly own: LayoutFolder;

  private constructor(
    native: Native,
    path: string,
    private readonly from: LayoutFolder,
  ) {
    const description = ownDescription();
    this.own = new LayoutFolder(native, path, description.version);
    const [ours, theirs] = [description.maps.break_glass, from.description.maps.break_glass];
    const same = JSON.stringify(ours) === JSON.stringify(theirs);
    this.breakGlass = same && from.has('break_glass') ? from.map('break_glass') : null;
  }

  /** The other layout, as it is called in messages. */
  get name(): string {
    return this.from.name;
  }

  /** The last epoch that the other layout has given out. */
  get epoch(): bigint {
    return Takeover.epochOf(this.from);
  }

  static epochOf(from: LayoutFolder): bigint {
    if (!from.has('epoch')) return 0n;
    using map = from.map('epoch');
    return map.get(Buffer.alloc(4))?.readBigUInt64LE() ?? 0n;
  }

  /**
   * Has the loaded, not yet attached programs of `path` stand by, wherever the other's are behind them; carries over what has to be
   * the same from the start. The same again after a restart.
   */
  static begin(native: Native, path: string, from: LayoutFolder): Takeover {
    const takeover = new Takeover(native, path, from);
    const { own } = takeover;
    own.phase = Phase.standby;
    takeover.check();
    for (const name of AHEAD) atOnce(carry(name, from, own));
    return takeover;
  }

  /** Has our programs stand by exactly where the other's are behind them: elsewhere ours judge, and nothing is ready there yet. */
  check(): void {
    using predecessors = this.own.map('predecessors');
    const covered = new Set(this.from.covered());
    const { keys, count } = predecessors.entries();
    for (let i = 0; i < count; i++) {
      const ifindex = keys.readUInt32LE(i * 4);
      if (!covered.delete(ifindex)) predecessors.delete(u32(ifindex));
    }
    for (const ifindex of covered) predecessors.update(u32(ifindex), u32(1));
  }

  /** Without TCX one hook has one program: ours replace the other's one by one, and what they know is carried before. */
  static replace(native: Native, path: string, from: LayoutFolder): void {
    const own = new LayoutFolder(native, path, ownDescription().version);
    for (const name of [...AHEAD, ...AFTER]) atOnce(carry(name, from, own));
    from.remove();
  }

  /**
   * From the first step on all packets are judged by our programs; what they would drop for want of a connection that only the other's
   * maps have goes on to the other's programs, until those connections are copied. Then the other layout is removed. Where it rejects
   * it may be called again: it goes on where it ended.
   */
  async complete(): Promise<void> {
    // Once nothing goes to the other's programs some of them may be gone: then nothing may go there any more.
    if (this.own.phase === Phase.standby) this.own.phase = Phase.handover;
    if (this.own.phase === Phase.handover) await new Promise((done) => setTimeout(done, REST_MS));
    for (const _ of finish(this.own, this.from)) await new Promise((done) => setImmediate(done));
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.breakGlass?.[Symbol.dispose]();
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
