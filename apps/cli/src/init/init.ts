import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { CliError, Exit } from '../exit.js';
import { agentConfig, cliConfig, controlPlaneConfig } from './configs.js';
import { SecretFolder, type Written } from './files.js';
import { ensurePki } from './pki.js';
import { mergePlan, type PlanOptions } from './plan.js';
import type { AgentPlaces, ClusterPlan } from './types.js';

const PLAN_FILE = 'cluster.json';

export interface InitOptions {
  readonly dir: string;
  readonly force: boolean;
  readonly plan: PlanOptions;
  readonly places: AgentPlaces;
  readonly netns: string | null;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** The plan kept in a folder, null where it has none. Throws CliError where it cannot be read. */
export function readPlan(folder: SecretFolder): ClusterPlan | null {
  const text = folder.read(PLAN_FILE);
  if (text === null) return null;
  try {
    const plan = JSON.parse(text) as ClusterPlan;
    if (plan.version === 1) return plan;
    throw new Error(`schema version ${String(plan.version)} is not known to this version of sluice`);
  } catch (cause) {
    throw new CliError(
      Exit.failed,
      `${folder.at(PLAN_FILE)}: ${cause instanceof Error ? cause.message : String(cause)}`,
      'restore it from a backup, or choose another --dir',
      [],
      { cause },
    );
  }
}

/**
 * Makes the certificates and configuration files of a cluster in `dir`, and adds what a repeated call names in addition.
 * Existing files stay as they are unless `force`. Throws CliError.
 */
export async function initCluster(options: InitOptions): Promise<{ plan: ClusterPlan; written: Written }> {
  const folder = new SecretFolder(resolve(options.dir), options.force);
  const old = readPlan(folder);
  const plan = mergePlan(options.force ? null : old, options.plan, options.force);
  await ensurePki(folder, plan);
  for (const replica of plan.replicas)
    folder.ensure(`controlplane-${replica.name}.json`, json(controlPlaneConfig(folder, plan, replica)));
  for (const node of plan.nodes)
    folder.ensure(`agent-${node.name}.json`, json(agentConfig(folder, plan, node, options.places)));
  folder.ensure('config.yaml', stringify(cliConfig(folder, plan, options.netns)));
  // Last: a folder with a plan is complete.
  if (folder.read(PLAN_FILE) === json(plan)) folder.written.kept.push(PLAN_FILE);
  else folder.replace(PLAN_FILE, json(plan));
  return { plan, written: folder.written };
}
