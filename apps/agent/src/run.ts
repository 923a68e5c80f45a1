import { join } from 'node:path';
import type { AgentConfig } from '@sluice/api';
import { systemNative } from '@sluice/datapath';
import { connectStore } from '@sluice/store';
import { Agent } from './agent.js';
import { serveGrpc } from './api/grpc.js';
import { serveMetrics, serveRest } from './api/rest.js';
import { AgentService } from './api/service.js';
import { ControlStream } from './control-stream.js';
import { readTls } from './config.js';
import { loadModules } from './node/modules.js';
import { exec } from './util/exec.js';
import type { Log } from './util/log.js';

/** How long stopping may take, in milliseconds: the data path does not depend on it. */
const STOP_MS = 3000;

export interface RunningAgent extends AsyncDisposable {
  readonly agent: Agent;
  readonly service: AgentService;
}

/** The whole agent as a process runs it: agent, sockets and the stream to the control plane. */
export async function runAgent(config: AgentConfig, bpfDir: string, log: Log): Promise<RunningAgent> {
  const store = connectStore({ endpoints: config.etcd.endpoints, tls: readTls(config.etcd.tls) });
  await loadModules(exec, log);
  const agent = await Agent.start({ config, store, native: systemNative, bpfDir, log });
  const service = new AgentService(agent);
  const stream = new ControlStream({
    node: config.node,
    controlPlanes: config.controlPlanes,
    tls: readTls(config.tls),
    service,
    log,
  });
  agent.controlStatus = () => stream.status;
  const servers = [
    await serveGrpc(service, join(config.socketDir, 'agent.sock')),
    await serveRest(service, join(config.socketDir, 'rest.sock')),
    ...(config.metricsListen === null ? [] : [await serveMetrics(service, config.metricsListen)]),
  ];
  stream.start();
  log.info('agent started', { endpoints: agent.endpoints.all().length });
  const stop = async (): Promise<void> => {
    stream[Symbol.dispose]();
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    await agent[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  };
  return {
    agent,
    service,
    [Symbol.asyncDispose]: () =>
      Promise.race([stop(), new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref())]),
  };
}
