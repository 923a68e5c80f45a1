import { reasonName } from '@sluice/flows';
import { type Agent, stateOf } from '../agent.js';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | bigint;
}

const escape = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escape(text)}"`);
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

const one = (value: number | bigint): Sample[] => [{ labels: {}, value }];

/** Prometheus text: written by hand, because a client library would cost more memory than the numbers. */
export function metricsText(agent: Agent): string {
  const rows = agent.datapath.metrics();
  const packets = rows.map(({ reason, direction, packets: value }) => ({
    labels: { reason: reasonName(reason), direction },
    value,
  }));
  const bytes = rows.map(({ reason, direction, bytes: value }) => ({
    labels: { reason: reasonName(reason), direction },
    value,
  }));
  const states = ['ready', 'creating', 'waiting-for-identity'] as const;
  const endpoints = states.map((state) => ({
    labels: { state },
    value: agent.endpoints.all().filter((local) => stateOf(local) === state).length,
  }));
  return `${[
    metric('sluice_packets_total', 'counter', 'Packets by reason; forwarded is one.', packets),
    metric('sluice_bytes_total', 'counter', 'Bytes of those packets.', bytes),
    metric('sluice_endpoints', 'gauge', 'Endpoints of this node by state.', endpoints),
    metric(
      'sluice_realized_revision',
      'gauge',
      'Last store revision that is wholly in the kernel.',
      one(agent.realized),
    ),
    metric(
      'sluice_frozen',
      'gauge',
      '1 while the store is not the known one.',
      one(agent.frozen === null ? 0 : 1),
    ),
    metric('sluice_errors', 'gauge', 'What is not in the kernel as it should be.', one(agent.errors.length)),
    metric('sluice_alarms_total', 'counter', 'Alarms raised.', one(agent.alarmCount)),
    metric('sluice_policy_spare_slots', 'gauge', 'Prepared policy maps.', one(agent.datapath.policy.spare)),
    metric('sluice_flows_total', 'counter', 'Events read from the kernel.', one(agent.flows.total)),
    metric(
      'sluice_control_plane_connected',
      'gauge',
      '1 while a control plane can ask this agent.',
      one(agent.controlPlane.connected ? 1 : 0),
    ),
    metric('process_resident_memory_bytes', 'gauge', 'Resident memory.', one(process.memoryUsage.rss())),
  ].join('\n')}\n`;
}
