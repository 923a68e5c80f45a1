import type { Party, PlanResponseInput, PlanRowInput, RecordedFlowInput, RuleRef } from '@sluice/api';
import type { ClusterSnapshot } from '../world/snapshot.js';
import { isCidr, isCluster, reservedIdentity } from '@sluice/labels';
import {
  OTHER_PROTOCOL,
  PROTOCOL,
  shownParty,
  type PlanParty,
  type PlanRow,
  type Provenance,
} from '@sluice/policy';

/** Workloads of a party that are named. */
const MOST_NAMED = 10;
const NAMES: Readonly<Record<number, string>> = {
  0: 'ANY',
  [PROTOCOL.TCP]: 'TCP',
  [PROTOCOL.UDP]: 'UDP',
  [PROTOCOL.SCTP]: 'SCTP',
  [PROTOCOL.ICMP]: 'ICMP',
  [PROTOCOL.ICMPV6]: 'ICMPv6',
  [OTHER_PROTOCOL]: 'OTHER',
};
const isIcmp = (protocol: number): boolean => protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6;

/** Workloads by identity, `scope/name`, sorted. */
export type WorkloadNames = ReadonlyMap<number, readonly string[]>;

/** The workloads of a snapshot. */
export function workloadsOf({ endpoints }: ClusterSnapshot): Map<number, string[]> {
  const names = new Map<number, Set<string>>();
  for (const { value } of endpoints) {
    const name = `${value.workload.scope}/${value.workload.name}`;
    names.set(value.identity, (names.get(value.identity) ?? new Set<string>()).add(name));
  }
  return new Map([...names].map(([identity, all]) => [identity, [...all].sort()]));
}

export function partyMessage({ identity, labels, prefix, node }: PlanParty, names: WorkloadNames): Party {
  const workloads = (names.get(identity) ?? []).slice(0, MOST_NAMED);
  return {
    // Numbers of prefixes and of nodes mean nothing outside one plan.
    ...shownParty({ identity: isCluster(identity) ? identity : 0, labels, workloads }),
    entity: isCluster(identity) || prefix !== null || node !== null ? '' : shownParty({ identity }).entity,
    prefix: prefix ?? '',
    node: node ?? '',
  };
}

const rulesOf = (all: readonly Provenance[]): RuleRef[] =>
  all.flatMap((p) =>
    p.type === 'rule' ? p.rules.slice(0, 1).map((r) => ({ ...r, policy: { ...r.policy } })) : [],
  );
const reasonOf = (all: readonly Provenance[]): string =>
  [...new Set(all.flatMap((p) => (p.type === 'default' ? [p.reason] : [])))].join(', ');

/** A row as the API has it; ports of ICMP are types there. */
export function rowMessage(row: PlanRow, names: WorkloadNames): PlanRowInput {
  const shift = isIcmp(row.protocol) ? 8 : 0;
  return {
    source: partyMessage(row.source, names),
    destination: partyMessage(row.destination, names),
    protocol: NAMES[row.protocol] ?? String(row.protocol),
    firstPort: row.first >> shift,
    lastPort: row.last >> shift,
    allowed: row.allowed,
    before: rulesOf(row.before),
    after: rulesOf(row.after),
    beforeReason: reasonOf(row.before),
    afterReason: reasonOf(row.after),
  };
}

type Recorded = NonNullable<PlanResponseInput['flows']>[number];

function isParty(party: PlanParty, recorded: RecordedFlowInput['source']): boolean {
  if (!recorded) return false;
  const { identity = 0, prefix = '', entity = '', node = '' } = recorded;
  if (party.prefix !== null || prefix !== '') return party.prefix === prefix && isCidr(party.identity);
  if (party.node !== null) return party.node === node;
  return party.identity === (isCluster(identity) ? identity : reservedIdentity(entity));
}

/** Of recorded flows, those whose verdict is another after the change. Rows beyond the limit of a plan are not looked at. */
export function changedFlows(rows: readonly PlanRow[], flows: readonly Recorded[]): Recorded[] {
  return flows.filter((flow) =>
    rows.some(({ source, destination, protocol, first, last, allowed }) => {
      const name = flow.protocol ?? '';
      const port = isIcmp(protocol) ? (flow.port ?? 0) << 8 : (flow.port ?? 0);
      return (
        (flow.verdict === 'FORWARDED') !== allowed &&
        (protocol === 0 || NAMES[protocol] === name) &&
        first <= port &&
        port <= last &&
        isParty(source, flow.source) &&
        isParty(destination, flow.destination)
      );
    }),
  );
}
