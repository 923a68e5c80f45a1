import { reasonName } from '@sluice/flows';
import { countedElsewhere, readGauge, Registry } from '@sluice/telemetry';
import type { Agent } from '../agent.js';
import { stateOf } from '../endpoints/state.js';

const STATES = ['ready', 'creating', 'waiting-for-identity'] as const;

/** All that this agent can be asked for in numbers. They are read at each scrape, from where they are kept. */
export function agentMetrics(agent: Agent): Registry {
  const registry = new Registry();
  const packets = (of: 'packets' | 'bytes') => () =>
    agent.datapath.metrics().map((row) => ({
      labels: { reason: reasonName(row.reason), direction: row.direction },
      value: row[of],
    }));
  const counter = (name: string, help: string, read: () => number): void =>
    countedElsewhere(registry, { name, help }, () => [{ value: read() }]);
  const gauge = (name: string, help: string, read: () => number): void =>
    readGauge(registry, { name, help }, () => [{ value: read() }]);

  const labels = ['reason', 'direction'];
  const seen = { name: 'sluice_packets_total', help: 'Packets by reason; forwarded is one.', labels };
  countedElsewhere(registry, seen, packets('packets'));
  const carried = { name: 'sluice_bytes_total', help: 'Bytes of those packets.', labels };
  countedElsewhere(registry, carried, packets('bytes'));
  const endpoints = { name: 'sluice_endpoints', help: 'Endpoints of this node by state.', labels: ['state'] };
  readGauge(registry, endpoints, () =>
    STATES.map((state) => ({
      labels: { state },
      value: agent.endpoints.all().filter((local) => stateOf(local) === state).length,
    })),
  );
  gauge('sluice_ready', '1 once this node has its addresses and what the store says.', () => +agent.ready);
  gauge(
    'sluice_realized_revision',
    'Last store revision that is wholly in the kernel.',
    () => agent.realized,
  );
  gauge('sluice_frozen', '1 while the store is not the known one.', () => +(agent.frozen !== null));
  gauge('sluice_errors', 'What is not in the kernel as it should be.', () => agent.errors.length);
  gauge('sluice_warnings', 'What an operator should know of this node.', () => agent.warnings.length);
  gauge(
    'sluice_enforcement_suspended',
    '1 while no policy is enforced on this node by break glass.',
    () => +(agent.enforcement.state.leftMs > 0),
  );
  gauge(
    'sluice_programs_lost',
    'Programs that were taken off and could not be put back.',
    () => agent.datapath.attachments.lost,
  );
  counter('sluice_alarms_total', 'Alarms raised.', () => agent.alarmCount);
  gauge('sluice_policy_spare_slots', 'Prepared policy maps.', () => agent.datapath.policy.spare);
  counter('sluice_flows_total', 'Events read from the kernel.', () => agent.flows.total);
  gauge(
    'sluice_control_plane_connected',
    '1 while a control plane can ask this agent.',
    () => +agent.controlPlane.connected,
  );
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  return registry;
}
