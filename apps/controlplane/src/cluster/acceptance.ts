import { Injectable } from '@nestjs/common';
import type {
  AcceptStoreRequest,
  AcceptStoreResponseInput,
  CheckInput,
  KnownStoreInput,
  KnownStoresResponseInput,
} from '@sluice/api';
import { keys, type ClusterValue } from '@sluice/store';
import { AgentSessions } from '../agents/sessions.js';
import { AuditLog } from '../audit/audit.js';
import type { Caller } from '../auth/caller.js';
import { aborted, invalid } from '../failure.js';
import { StoreGate } from '../store/gate.js';
import { readKnown } from './known-store.js';

const ANSWER_MS = 2_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOST_GENERATIONS = 2 ** 31;

/** A store that was restored or made anew: who is frozen for it, and an administrator's word that it is meant. */
@Injectable()
export class StoreAcceptance {
  constructor(
    private readonly gate: StoreGate,
    private readonly sessions: AgentSessions,
    private readonly audit: AuditLog,
  ) {}

  /** Which store each agent of this replica's streams knows. Agents that do not answer within two seconds are named. */
  async known(): Promise<KnownStoresResponseInput> {
    const asked = this.sessions.all().map(async ({ node }) => ({ node, store: await this.ask(node) }));
    const answers = await Promise.all(asked);
    return {
      stores: answers.flatMap(({ store }) => store ?? []),
      silentNodes: answers.flatMap(({ node, store }) => (store === null ? [node] : [])),
      clusterUuid: this.gate.uuid,
      revision: { generation: this.gate.generation, revision: 0 },
    };
  }

  /** For `status`: each node that is frozen. */
  async checks(): Promise<CheckInput[]> {
    const { stores = [] } = await this.known();
    return stores.flatMap(({ node = '', frozen = '' }) =>
      frozen === ''
        ? []
        : [{ name: `node ${node}`, level: 'error', message: `frozen: ${frozen}`, hint: HINT }],
    );
  }

  /**
   * Raises the store's generation, so that nodes which know a later state of it, or the cluster `uuid` before it, follow it as it
   * is. INVALID_ARGUMENT for what is no uuid, FAILED_PRECONDITION where the store holds no cluster, ABORTED after a lost race.
   */
  async accept({ uuid, generation }: AcceptStoreRequest, caller: Caller): Promise<AcceptStoreResponseInput> {
    if (uuid !== '' && !UUID.test(uuid)) throw invalid(`'${uuid.slice(0, 80)}' is no uuid of a cluster`);
    if (generation < 0 || generation > MOST_GENERATIONS)
      throw invalid(`${generation} is no generation`, `a number up to ${MOST_GENERATIONS}`);
    const entry = await this.gate.readCluster();
    const highest = Math.max(entry.value.generation, generation, this.gate.generation);
    const value = renamed(entry.value, uuid, highest + 1);
    const key = keys.cluster();
    const { succeeded, revision } = await this.gate.use((store) =>
      store.txn([{ key, modRevision: entry.modRevision }], [{ put: key, value }]),
    );
    if (!succeeded) throw aborted('somebody else changed the store at the same moment', 'repeat the call');
    const what = `cluster ${value.uuid}, generation ${value.generation}`;
    this.audit.write({ event: 'accept-store', user: caller.name, role: caller.role, what, revision });
    await this.gate.judge();
    return { clusterUuid: value.uuid, revision: { generation: value.generation, revision } };
  }

  private async ask(node: string): Promise<KnownStoreInput | null> {
    const answer = this.sessions.askOnce(node, { status: {} }, ({ status }) => status ?? null, ANSWER_MS);
    try {
      const status = await answer;
      return status && readKnown(node, status.json);
    } catch {
      return null; // it is named as silent
    }
  }
}

/** The store by the name that nodes know it by; who has come to know it by another one meanwhile sees that it is the same. */
function renamed(before: ClusterValue, uuid: string, generation: number): ClusterValue {
  const { formerly } = before;
  if (uuid === '' || uuid === before.uuid) return { ...before, generation };
  const names = new Set([...(formerly ?? []), before.uuid]);
  names.delete(uuid);
  return { uuid, generation, formerly: [...names] };
}

const HINT = 'restore a newer backup, or accept the store as it is: sluice store accept';
