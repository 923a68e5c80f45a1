import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import type { ControlPlaneConfig } from '@sluice/api';
import {
  keys,
  type AllocationValue,
  type Condition,
  type DirectoryProblem,
  type DirectoryStateValue,
  type DirectoryValue,
  type Entry,
  type PolicyValue,
  type PoolValue,
} from '@sluice/store';
import { StatusChecks } from '../life/checks.js';
import { CLOCK, type Clock } from '../life/clock.js';
import { systemCaller, systemChange } from '../life/system.js';
import { Failure } from '../failure.js';
import { prefixesOf } from '../policies/networks.js';
import { keyOf, type Present } from '../policies/plan.js';
import { PoliciesService, refOf } from '../policies/policies.service.js';
import { ClusterCache } from '../store/cache.js';
import { StoreGate } from '../store/gate.js';
import { CONFIG } from '../tokens.js';
import { withoutOverlaps } from './networks.js';
import { planSync, type Sync } from './plan.js';
import { readContent, type Content } from './read.js';
import { DirectoryError, scan, type Scan } from './scan.js';
import { directoryChecks, textOf } from './status.js';
import { DirectoryWatch } from './watch.js';

/** Author of what the directory writes. */
export const DIRECTORY = 'directory';
const RESCAN_SECONDS = 10;
/** New content must be the same twice, this long apart: files are written in steps. */
const SETTLE_MS = 250;
const SOON_MS = 50;
const MOST_SETTLES = 20;
const MOST_PROBLEMS = 100;

/**
 * Keeps the policies of a directory applied: all its files are one change, what is not there any more is deleted, what others own is
 * left. Every replica with a directory does it; a replica writes when its content is new, or repairs what is its content already, so
 * that replicas whose directories differ do not overwrite each other for ever.
 */
@Injectable()
export class PolicyDirectory implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('PolicyDirectory');
  private readonly root: string | null;
  private readonly rescanMs: number;
  private readonly me: string;
  private readonly watch: DirectoryWatch;
  private read: { readonly digest: string; readonly content: Content } | null = null;
  private told: DirectoryStateValue | null = null;
  private looking: Promise<void> | null = null;
  private again = false;
  private due = false;
  private cancel: (() => void) | null = null;
  private stopped = false;

  constructor(
    @Inject(CONFIG) config: ControlPlaneConfig,
    private readonly cache: ClusterCache,
    private readonly gate: StoreGate,
    private readonly policies: PoliciesService,
    checks: StatusChecks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.root = config.policyDir ?? null;
    this.rescanMs = (config.policyDirRescanSeconds ?? RESCAN_SECONDS) * 1000;
    this.me = config.name;
    this.watch = new DirectoryWatch(() => this.soon());
    checks.add(() => directoryChecks(this.states()));
  }

  onApplicationBootstrap(): void {
    this.gate.onReachable(() => this.soon());
    this.soon();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    this.watch[Symbol.dispose]();
    await this.looking;
  }

  private states() {
    return this.cache
      .below<DirectoryStateValue>(keys.directoryStates())
      .filter(({ name }) => this.cache.get(keys.replica(name)) !== null)
      .map(({ name, entry }) => ({ replica: name, value: entry.value }));
  }

  /** Looks in a moment, or once more when the look under way is over. Many changes at once are one look. */
  private soon(): void {
    if (this.looking !== null) this.again = true;
    else if (!this.due) this.schedule(SOON_MS);
  }

  private schedule(ms: number): void {
    this.cancel?.();
    if (this.stopped) return;
    this.due = ms === SOON_MS;
    this.cancel = this.clock.after(ms, () => this.start());
  }

  private start(): void {
    this.due = false;
    this.again = false;
    this.looking = this.run().finally(() => {
      this.looking = null;
      this.schedule(this.again ? SOON_MS : this.cache.synced ? this.rescanMs : SETTLE_MS);
    });
  }

  private async run(): Promise<void> {
    if (this.stopped || !this.cache.synced || this.gate.problem !== null) return;
    try {
      if (this.root === null) await this.forget();
      else await this.look(this.root);
    } catch (error) {
      if (!this.stopped)
        this.logger.warn(`the policy directory was not applied: ${(error as Error).message}`);
    }
  }

  /** A replica that has no directory any more says nothing of it. */
  private async forget(): Promise<void> {
    const key = keys.directoryState(this.me);
    if (this.cache.get(key) !== null) await this.gate.write((store) => store.delete(key));
  }

  private async look(root: string): Promise<void> {
    const told =
      this.told ?? this.cache.get<DirectoryStateValue>(keys.directoryState(this.me))?.value ?? null;
    const settled = told?.digest ?? '';
    try {
      const found = await this.settle(root, settled);
      this.watch.set(found.directories);
      if (this.read?.digest !== found.digest)
        this.read = { digest: found.digest, content: readContent(found) };
      const content = withoutOverlaps(this.read.content, this.clusterPrefixes());
      await this.tell(await this.apply(found.digest, content, settled));
    } catch (error) {
      if (!(error instanceof DirectoryError) && !(error instanceof Failure)) throw error;
      // Somebody else wrote at the same moment: what there is now is looked at anew.
      if (error instanceof Failure && error.code === 'ABORTED') {
        this.again = true;
        return;
      }
      if (error instanceof Failure && error.code === 'UNAVAILABLE') throw error;
      await this.tell(
        this.state('failed', settled, [whole(error.message, 'what is applied stays as it is')]),
      );
    }
  }

  private clusterPrefixes(): string[] {
    const pools = this.cache.below<PoolValue>(keys.pools()).map(({ entry }) => entry);
    const allocations = this.cache.below<AllocationValue>(keys.allocations()).map(({ entry }) => entry);
    return prefixesOf(pools, allocations);
  }

  /** The content of the directory, at a moment when nobody is in the middle of writing it. */
  private async settle(root: string, known: string): Promise<Scan> {
    let before = await scan(root);
    for (let attempt = 0; attempt < MOST_SETTLES; attempt++) {
      if (before.digest === known || before.digest === this.read?.digest || this.stopped) return before;
      await new Promise<void>((resolve) => this.clock.after(SETTLE_MS, resolve));
      const now = await scan(root);
      if (now.digest === before.digest) return now;
      before = now;
    }
    throw new DirectoryError('it changes all the time');
  }

  private async apply(digest: string, content: Content, settled: string): Promise<DirectoryStateValue> {
    const change = systemChange(DIRECTORY, this.clock.now());
    const owned = this.cache.below<PolicyValue>(keys.policies());
    const known: Present = new Map(owned.map(({ entry }) => [entry.key, entry]));
    let sync: Sync = planSync(content, known, change, this.clock.now());
    if (sync.plan.ops.length > 0) {
      const last = await this.gate.use((store) => store.get<DirectoryValue>(keys.directory()));
      if (!mayWrite(last?.value ?? null, { replica: this.me, digest }, settled))
        return this.state('behind', digest, [behind(last?.value.replica ?? ''), ...sync.problems]);
      const { condition, op } = this.claim(last, digest);
      const planner = (present: Present) => {
        sync = planSync(content, present, change, this.clock.now());
        const { results, conditions, ops } = sync.plan;
        if (ops.length === 0) return sync.plan;
        return { results, conditions: [...conditions, condition], ops: [...ops, op] };
      };
      const refs = new Map(
        [
          ...[...content.accepted, ...content.refused].map(({ ref }) => ref),
          ...owned
            .filter(({ entry }) => entry.value.owner === 'directory')
            .map(({ entry }) => refOf(entry.key)),
        ].map((ref) => [keyOf(ref), ref]),
      );
      const caller = systemCaller(DIRECTORY);
      await this.policies.transact({ refs: [...refs.values()], planner, change, event: 'directory', caller });
    }
    return this.state('applied', digest, sync.problems);
  }

  /** Whoever writes says so in the same transaction, so that two replicas cannot write past each other. */
  private claim(last: Entry<DirectoryValue> | null, digest: string) {
    const key = keys.directory();
    const condition: Condition =
      last === null ? { key, absent: true } : { key, modRevision: last.modRevision };
    const value: DirectoryValue = { replica: this.me, digest };
    return { condition, op: { put: key, value } };
  }

  private state(
    state: DirectoryStateValue['state'],
    digest: string,
    problems: readonly DirectoryProblem[],
  ): DirectoryStateValue {
    const time = new Date(this.clock.now()).toISOString();
    const files = this.read?.content.files ?? 0;
    return { digest, state, time, files, problems: problems.slice(0, MOST_PROBLEMS) };
  }

  private log({ state, problems }: DirectoryStateValue, before: readonly DirectoryProblem[]): void {
    this.logger.log(`${this.root}: ${state}, ${problems.length} mistakes`);
    const known = new Set(before.map(textOf));
    for (const text of problems.map(textOf)) if (!known.has(text)) this.logger.warn(text);
  }

  /** Writes how the directory stands, where that is new. */
  private async tell(state: DirectoryStateValue): Promise<void> {
    const key = keys.directoryState(this.me);
    const before = this.told ?? this.cache.get<DirectoryStateValue>(key)?.value;
    this.told = state;
    if (before !== undefined && isDeepStrictEqual({ ...before, time: '' }, { ...state, time: '' })) return;
    this.log(state, before?.problems ?? []);
    await this.gate.write((store) => store.put(key, state));
  }
}

/**
 * Whether a replica may make the store hold its content. Not where another replica wrote other content after this one's was new:
 * either that one has the newer files already, or the directories differ for good, and both would write for ever.
 */
export function mayWrite(last: DirectoryValue | null, mine: DirectoryValue, settled: string): boolean {
  if (last === null || last.replica === mine.replica || last.digest === mine.digest) return true;
  return settled !== mine.digest;
}

const whole = (message: string, consequence: string): DirectoryProblem => ({
  level: 'error',
  ...{ file: '', line: 0, path: '' },
  message: `the policy directory: ${message}`,
  consequence,
});

const behind = (replica: string): DirectoryProblem => ({
  level: 'warning',
  ...{ file: '', line: 0, path: '' },
  message: `the policy directory of this replica differs from that of ${replica}, which changed later`,
  consequence: 'that one is applied',
});
