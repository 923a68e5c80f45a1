import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AgentConfig } from '@sluice/api';
import { reasonName } from '@sluice/flows';
import { countedElsewhere, readGauge, Registry } from '@sluice/telemetry';
import type { Agent } from '../agent.js';
import { stateOf } from '../endpoints/state.js';

/** What cannot be read is left out: it has an alert of its own, as the agent then cannot connect. */
function certificateEnds({ tls, etcd }: AgentConfig) {
  return Object.entries({ agent: tls.cert, etcd: etcd.tls.cert }).flatMap(([of, path]) => {
    try {
      return [{ labels: { of }, value: Date.parse(new X509Certificate(readFileSync(path)).validTo) / 1000 }];
    } catch {
      return [];
    }
  });
}

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
  const fill = {
    name: 'sluice_map_fill_ratio',
    help: 'How full maps of the kernel are, 0 to 1.',
    labels: ['map'],
  };
  readGauge(registry, fill, () =>
    Object.entries(agent.fill).map(([map, value]) => ({ labels: { map }, value })),
  );
  gauge(
    'sluice_store_watched',
    '1 while this agent hears of each change of the store.',
    () => +(agent.link.status.reflector?.phase === 'watching'),
  );
  gauge(
    'sluice_store_revision',
    'Last store revision that was delivered to this agent.',
    () => agent.link.status.reflector?.revision ?? 0,
  );
  const expiry = {
    name: 'sluice_certificate_expiry_timestamp_seconds',
    help: 'When the certificates of this agent end, in seconds since 1970.',
    labels: ['of'],
  };
  readGauge(registry, expiry, () => certificateEnds(agent.config));
  agent.pace.register(registry);
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  return registry;
}
