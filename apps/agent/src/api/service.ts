import type {
  AddEndpointRequestInput,
  DeleteEndpointRequestInput,
  DumpMapRequestInput,
  DumpMapResponse,
  EndpointInfo,
  FlowBatchInput,
  NodeEnforcement,
  ObserveRequestInput,
  SuspendEnforcementRequestInput,
} from '@sluice/api';
import { DUMPS, Datapath } from '@sluice/datapath';
import type { Flow, FlowFilter } from '@sluice/flows';
import type { Agent } from '../agent.js';
import { stateOf } from '../endpoints/state.js';
import type { LocalEndpoint } from '../endpoints/manager.js';
import { addressesOf, gatewaysOf } from '../endpoints/record.js';
import { namedPorts } from '../endpoints/ports.js';
import { checkWorkload, securityLabels } from '../endpoints/labels.js';
import { AgentError } from '../util/errors.js';
import { exec, type Exec } from '../util/exec.js';
import { selectedRows } from './dumps.js';
import { agentStatus } from './status.js';
import { systemRows } from './system.js';

const DEFAULT_TIMEOUT_SECONDS = 10;
const DEFAULT_LAST = 20;
const MOST_LAST = 8192;
const DEFAULT_ROWS = 1000;
const MOST_ROWS = 100_000;
const FLOWS_PER_BATCH = 100;

/** Who wants flows: `write` resolves when the reader has room for more. */
export interface FlowSink {
  write(batch: FlowBatchInput): Promise<void>;
}

/** A flow as flows.proto writes it. */
const wire = (flows: readonly Flow[]): FlowBatchInput => ({
  flows: flows as unknown as NonNullable<FlowBatchInput['flows']>,
});

/** What the agent can be asked, whatever the way in. Throws AgentError. */
export class AgentService {
  constructor(
    readonly agent: Agent,
    private readonly run: Exec = exec,
  ) {}

  async addEndpoint(request: AddEndpointRequestInput): Promise<EndpointInfo> {
    const workload = checkWorkload({
      source: request.workloadSource ?? '',
      scope: request.workloadScope ?? '',
      name: request.workloadName ?? '',
    });
    const labels = securityLabels(workload, request.labels ?? []);
    const seconds =
      request.timeoutSeconds === undefined || request.timeoutSeconds === 0
        ? DEFAULT_TIMEOUT_SECONDS
        : request.timeoutSeconds;
    // An agent that has just started reads the store first; whoever asks then would only have to ask again.
    await this.agent.endpoints.waitFor(() => this.agent.node.workloadMtu !== null, seconds * 1000);
    const local = await this.agent.endpoints.add({
      workload,
      labels,
      namedPorts: namedPorts(request.ports ?? []),
      netns: request.netns ?? '',
      interfaceName:
        request.interfaceName === undefined || request.interfaceName === '' ? 'eth0' : request.interfaceName,
      addresses: request.addresses ?? [],
    });
    if (request.waitReady !== true) return endpointInfo(local);
    const { id } = local.record;
    const ready = await this.agent.endpoints.waitReady(id, seconds * 1000, () => this.agent.whyNotReady(id));
    return endpointInfo(ready);
  }

  /** By number or by workload. What is not there is deleted already. */
  async deleteEndpoint(request: DeleteEndpointRequestInput): Promise<void> {
    if (request.id !== undefined && request.id !== 0) {
      await this.agent.endpoints.remove(request.id);
      return;
    }
    const workload = checkWorkload({
      source: request.workloadSource ?? '',
      scope: request.workloadScope ?? '',
      name: request.workloadName ?? '',
    });
    const local = this.agent.endpoints.byWorkload(workload);
    if (local) await this.agent.endpoints.remove(local.record.id);
  }

  listEndpoints(): EndpointInfo[] {
    return this.agent.endpoints.all().map(endpointInfo);
  }

  /** Flows of the past, at most `last` (default 20). */
  lastFlows(request: ObserveRequestInput): Flow[] {
    const last = request.last === undefined || request.last === 0 ? DEFAULT_LAST : request.last;
    return this.agent.flows.last((request.filter ?? {}) as FlowFilter, Math.min(last, MOST_LAST));
  }

  /** Writes the past, then what follows until `signal` is aborted. Resolves at once where nothing is to be followed. */
  async observe(request: ObserveRequestInput, sink: FlowSink, signal: AbortSignal): Promise<void> {
    const past = this.lastFlows(request);
    const backlog: Flow[][] = [];
    for (let i = 0; i < past.length; i += FLOWS_PER_BATCH) backlog.push(past.slice(i, i + FLOWS_PER_BATCH));
    // The follower begins at this moment, so nothing falls between the past and what follows.
    let begun = Promise.resolve();
    const filter = (request.filter ?? {}) as FlowFilter;
    const follower =
      request.follow === true
        ? this.agent.flows.follow(filter, (flows) => begun.then(() => sink.write(wire(flows))))
        : null;
    begun = (async () => {
      for (const batch of backlog) if (!signal.aborted) await sink.write(wire(batch));
    })();
    try {
      await begun;
      if (follower && !signal.aborted) {
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
      }
    } finally {
      follower?.[Symbol.dispose]();
    }
  }

  /** Rows of a map; `status` and `system` are what the agent says of itself, and the node's commands of the node. */
  async dumpMap(request: DumpMapRequestInput): Promise<DumpMapResponse> {
    if (request.map === 'status') return { rowsJson: [JSON.stringify(this.status())], truncated: false };
    if (request.map === 'system') {
      const rows = await systemRows(this.run);
      return { rowsJson: rows.map((row) => JSON.stringify(row)), truncated: false };
    }
    return this.rowsOf(request);
  }

  private rowsOf(request: DumpMapRequestInput): DumpMapResponse {
    const name = request.map ?? '';
    if (!Datapath.isDump(name)) {
      throw new AgentError(
        'INVALID_ARGUMENT',
        `there is no map ${JSON.stringify(name)}; there are ${[...DUMPS, 'status', 'system'].join(', ')}`,
      );
    }
    const limit = Math.min(
      request.limit === undefined || request.limit === 0 ? DEFAULT_ROWS : request.limit,
      MOST_ROWS,
    );
    const filter = request.filter ?? '';
    const selected = selectedRows(this.agent.datapath, name, filter);
    if (selected !== null)
      return {
        rowsJson: selected.slice(0, limit).map((row) => JSON.stringify(row)),
        truncated: selected.length > limit,
      };
    const { rows, truncated } = this.agent.datapath.dump(name, filter === '' ? limit : MOST_ROWS);
    const found = rows.map((row) => JSON.stringify(row)).filter((row) => row.includes(filter));
    return { rowsJson: found.slice(0, limit), truncated: truncated || found.length > limit };
  }

  /** Whether policy is enforced on this node. */
  enforcement(): NodeEnforcement {
    return this.agent.enforcement.state;
  }

  /** Break glass, for so many seconds; 0: over. */
  suspendEnforcement({ seconds = 0, reason = '' }: SuspendEnforcementRequestInput): NodeEnforcement {
    return this.agent.enforcement.suspend(seconds, reason);
  }

  status(): Record<string, unknown> {
    return agentStatus(this.agent);
  }
}

/** An endpoint as agent.proto tells it. */
export function endpointInfo(local: LocalEndpoint): EndpointInfo {
  const { record } = local;
  return {
    id: record.id,
    addresses: addressesOf(record),
    gateways: gatewaysOf(record),
    mac: record.mac,
    hostInterface: record.hostInterface,
    identity: local.identity ?? 0,
    state: stateOf(local),
    workloadSource: record.workload.source,
    workloadScope: record.workload.scope,
    workloadName: record.workload.name,
    labels: record.labels.map((label) => ({ ...label })),
    mtu: record.mtu,
  };
}
