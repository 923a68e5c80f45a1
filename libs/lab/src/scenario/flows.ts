import { Verdict, type Clients, type Flow } from '@sluice/api';
import type { Workload } from '../workload.js';
import { isAllowed, type Answer } from './matrix.js';
import type { Shop } from './shop.js';

/** A flow as the lab's report has it. */
export interface FlowLine {
  readonly node: string;
  readonly verdict: 'forwarded' | 'dropped';
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly family: number;
  readonly direction: string;
  readonly policy: string | null;
  readonly rule: string | null;
  readonly revision: number | null;
  readonly reason: string;
}

const LAST = 2_000;

/** The flows that the nodes remember, through the control plane. Rejects where the stream fails. */
export function recentFlows(clients: Clients, last = LAST): Promise<Flow[]> {
  return new Promise((resolve, reject) => {
    const flows: Flow[] = [];
    const stream = clients.flows.observe({ follow: false, last });
    stream.on('data', (batch: { flows: Flow[] }) => flows.push(...batch.flows));
    stream.on('error', reject);
    stream.on('end', () => resolve(flows));
  });
}

/** The first flow that shows why this cell was as it was; undefined where none does. */
export function reasonFor(
  flows: readonly Flow[],
  cell: Answer,
  from: Workload,
  to: Workload,
): Flow | undefined {
  return flows.find(
    (flow) =>
      flow.protocol === cell.transport.toUpperCase() &&
      !flow.reply &&
      flow.source?.address === from.address(cell.family) &&
      flow.destination?.address === to.address(cell.family) &&
      flow.destination.port === cell.port &&
      (cell.reached ? explainsPass(flow) : explainsDrop(flow)),
  );
}

const explainsPass = (flow: Flow) => flow.verdict === Verdict.FORWARDED && (flow.rules[0]?.revision ?? 0) > 0;
const explainsDrop = (flow: Flow) =>
  flow.verdict === Verdict.DROPPED && flow.defaultReason === 'default-deny';

/** One flow as a line of the report. */
export function flowLine(flow: Flow): FlowLine {
  const [rule] = flow.rules;
  const policy = rule?.policy ?? null;
  return {
    node: flow.node,
    verdict: flow.verdict === Verdict.FORWARDED ? 'forwarded' : 'dropped',
    from: flow.source?.workload || (flow.source?.address ?? '?'),
    to: flow.destination?.workload || (flow.destination?.address ?? '?'),
    port: flow.destination?.port ?? 0,
    family: flow.family,
    direction: flow.direction,
    policy: policy === null ? null : `${policy.scope}/${policy.name}`,
    rule: rule?.rule ?? null,
    revision: rule === undefined ? null : Number(rule.revision),
    reason: flow.defaultReason || flow.reason,
  };
}

/** For each cell its flow; `missing` names the cells that nothing explains. Only those of the shop's allowed pairs and TCP drops count. */
export function explain(
  flows: readonly Flow[],
  answers: readonly Answer[],
  shop: Shop,
): { readonly lines: FlowLine[]; readonly missing: Answer[] } {
  const lines: FlowLine[] = [];
  const missing: Answer[] = [];
  for (const cell of answers.filter((a) => a.transport === 'tcp' && (isAllowed(a) || !a.reached))) {
    const found = reasonFor(flows, cell, shop[cell.from], shop[cell.to]);
    if (found === undefined) missing.push(cell);
    else lines.push(flowLine(found));
  }
  return { lines, missing };
}
