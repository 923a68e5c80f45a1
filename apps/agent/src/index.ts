export { Agent, type AgentOptions } from './agent.js';
export { AgentService } from './api/service.js';
export { parseConfig, readConfig } from './config.js';
export { runAgent, type RunningAgent } from './run.js';
