import type { Agent } from '../agent.js';
import { stateOf } from '../endpoints/state.js';
import { VERSION } from '../version.js';

/** Everything that an operator may want to know of an agent, as plain JSON. */
export function agentStatus(agent: Agent): Record<string, unknown> {
  const { link, datapath } = agent;
  const { reflector, guard, error, frozen } = link.status;
  const endpoints = agent.endpoints.all();
  const count = (state: string): number => endpoints.filter((local) => stateOf(local) === state).length;
  const unwritten = [...agent.publisher.status()].filter(([, item]) => item.state !== 'ok');
  return {
    node: agent.config.node,
    version: VERSION,
    started: agent.started,
    ready: agent.ready,
    notReady: agent.notReady,
    frozen,
    store: { phase: reflector?.phase ?? 'connecting', revision: reflector?.revision ?? 0, error, guard },
    realized: { generation: link.generation, revision: agent.realized },
    enforcement: agent.enforcement.state,
    endpoints: {
      total: endpoints.length,
      ready: count('ready'),
      waitingForIdentity: count('waiting-for-identity'),
      creating: count('creating'),
    },
    datapath: {
      epoch: String(datapath.epoch),
      classes: datapath.policy.known.length,
      spareSlots: datapath.policy.spare,
      attachments: datapath.attachments.names.length,
    },
    controlPlane: agent.controlPlane,
    unwritten: unwritten.map(([key, item]) => ({ key, ...item })),
    errors: agent.errors,
    warnings: agent.warnings,
    alarms: agent.alarms,
    corruptJournal: agent.journal.corrupt,
    flows: agent.flows.total,
    recorded: agent.recorder.status,
    memoryBytes: process.memoryUsage.rss(),
  };
}
