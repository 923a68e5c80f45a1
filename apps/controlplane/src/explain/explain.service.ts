import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { parsePrefix } from '@sluice/labels';
import type { ExplainRequest, ExplainResponseInput, TraceRequest } from '@sluice/api';
import {
  connectionSteps,
  ConnectionError,
  PolicyForms,
  shownPacket,
  targetsOf,
  toResponse,
  type PacketAnswer,
  type StoredPolicy,
} from '@sluice/policy';
import { keys, type PoolValue, type RealizedValue } from '@sluice/store';
import { CLOCK, type Clock } from '../life/clock.js';
import { invalid } from '../failure.js';
import { Limits } from '../policies/limits.js';
import { parsePolicies } from '../policies/parse.js';
import { ClusterCache } from '../store/cache.js';
import { ClusterWorld, type ClusterSnapshot } from '../world/snapshot.js';
import { KernelView } from './kernel.js';
import { partyOf, type Lookup, type Named, type StoredEnd } from './parties.js';
import { inSlices } from './slices.js';
import { modeAt, worldsOf } from './world.js';

interface Asked {
  readonly from: Named;
  readonly to: Named;
  readonly protocol: string;
  readonly port: number;
}

interface Explained {
  readonly from: StoredEnd;
  readonly to: StoredEnd;
  readonly answers: readonly PacketAnswer[];
}

/** Why one may or may not talk to the other, by the policies in the store or by others in their place. */
@Injectable()
export class ExplainService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopped = new AbortController();

  constructor(
    private readonly world: ClusterWorld,
    private readonly cache: ClusterCache,
    private readonly limits: Limits,
    private readonly kernel: KernelView,
    private readonly forms: PolicyForms,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Reads all policies once the store is read, so that the first question need not wait for it. */
  onApplicationBootstrap(): void {
    const unsubscribe = this.cache.onChange(() => {
      if (!this.cache.synced) return;
      unsubscribe();
      // Where it fails nothing is lost: whoever asks first waits a little longer.
      this.warmUp().catch(() => undefined);
    });
  }

  private async warmUp(): Promise<void> {
    await inSlices(this.warm(this.world.snapshot().policies), this.stopped.signal);
  }

  onApplicationShutdown(): void {
    this.stopped.abort();
  }

  /** INVALID_ARGUMENT or NOT_FOUND where a party means nothing; UNAVAILABLE where the store cannot be read. */
  async explain(request: ExplainRequest, signal?: AbortSignal): Promise<ExplainResponseInput> {
    const { protocol, port } = request;
    const snapshot = this.world.snapshot();
    const from: Named = { text: request.from, which: 'from', namespace: null };
    const to: Named = { text: request.to, which: 'to', namespace: null };
    const explained = await this.ask({ from, to, protocol, port }, snapshot, snapshot.policies, signal);
    const response = this.respond(explained, snapshot, this.notes(snapshot, explained));
    return request.kernel ? this.kernel.add(response, explained, shownPacket(explained.answers)) : response;
  }

  /** The same for parties that need not exist; INVALID_ARGUMENT with problems where the text is no sound policy. */
  async trace(request: TraceRequest, signal?: AbortSignal): Promise<ExplainResponseInput> {
    const { protocol, port, text, fromNamespace, toNamespace } = request;
    const snapshot = this.world.snapshot();
    const policies = text === '' ? snapshot.policies : this.written(text);
    const from: Named = { text: request.from, which: 'from', namespace: fromNamespace || 'default' };
    const to: Named = { text: request.to, which: 'to', namespace: toNamespace || 'default' };
    const explained = await this.ask({ from, to, protocol, port }, snapshot, policies, signal);
    return this.respond(explained, snapshot, suspension(snapshot, this.clock.now()));
  }

  private written(text: string): StoredPolicy[] {
    this.limits.checkText(text);
    const { policies, problems } = parsePolicies(text, '');
    if (problems.length > 0) throw invalid(problems[0]?.message ?? 'the policies are not sound', '', problems);
    return policies.map(({ ref, document }) => {
      return { ...ref, uid: `${ref.kind}/${ref.scope}/${ref.name}`, revision: 0, document };
    });
  } // prettier-ignore

  private async ask(
    asked: Asked,
    snapshot: ClusterSnapshot,
    policies: readonly StoredPolicy[],
    signal?: AbortSignal,
  ): Promise<Explained> {
    // Forms that are not known yet are made first, in slices: finding the prefixes of an address needs all of them at once.
    await inSlices(this.warm(policies), signal);
    const lookup: Lookup = {
      snapshot,
      pools: this.cache.below<PoolValue>(keys.pools()).map(({ entry }) => entry.value.prefix),
      prefixes: () => this.prefixes(snapshot, policies),
    };
    try {
      const from = partyOf(asked.from, lookup);
      const to = partyOf(asked.to, lookup);
      const identities = [from.identity, to.identity].filter((i) => i !== null);
      const nodes = [from.node, to.node].filter((name) => name !== null);
      const about = { policies, identities, nodes: [...new Set(nodes)], now: this.clock.now() };
      const worldOf = worldsOf(snapshot, about);
      const targets = targetsOf(asked.protocol, asked.port);
      const connection = { worldOf, from: from.end, to: to.end, targets };
      return { from, to, answers: await inSlices(connectionSteps(connection, this.forms), signal) };
    } catch (error) {
      if (error instanceof ConnectionError) throw invalid(error.message);
      throw error;
    }
  }

  private *warm(policies: readonly StoredPolicy[]): Generator<void, void> {
    for (const policy of policies) {
      if (this.forms.has(policy)) continue;
      this.forms.of(policy);
      yield;
    }
  }

  private *prefixes(snapshot: ClusterSnapshot, policies: readonly StoredPolicy[]): Generator<string> {
    for (const policy of policies) yield* this.forms.of(policy).prefixes;
    for (const { backends } of snapshot.services)
      for (const backend of backends) yield parsePrefix(backend).text;
  }

  private respond({ from, to, answers }: Explained, { revision }: ClusterSnapshot, notes: string[]) {
    return toResponse(answers, from.end, to.end, { revision, notes });
  }

  /** What the answer leaves out: nodes that are not there yet, a suspension, ports that no policy closes. */
  private notes(snapshot: ClusterSnapshot, { from, to }: Explained): string[] {
    const newest = Math.max(0, ...snapshot.policies.map((p) => p.revision));
    const subjects = [from, to].flatMap(({ end }) => (end.subject?.node ? [end.subject] : []));
    const behind = [...new Set(subjects.map((s) => s.node))].flatMap((node) => {
      const realized = this.cache.get<RealizedValue>(keys.realized(node))?.value.revision ?? 0;
      return realized < newest ? [`node ${node} has realized revision ${realized}, not ${newest} yet`] : [];
    });
    const hosts = subjects.some((s) => s.ports === null)
      ? ['ports of the overlay, the store and the control plane stay open between nodes whatever policies say']
      : [];
    return [...suspension(snapshot, this.clock.now()), ...behind, ...hosts];
  } // prettier-ignore
}

function suspension({ settings }: ClusterSnapshot, now: number): string[] {
  const { suspended } = settings;
  if (!suspended || modeAt(settings, now) === settings.mode) return [];
  return [`policy is suspended until ${suspended.until} by ${suspended.by}`];
}
