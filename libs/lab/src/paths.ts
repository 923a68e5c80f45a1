import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from './errors.js';

/** Everything of all labs lies below. */
export const LABS_DIR = '/run/sluice/lab';
const NAME = /^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$/;

/** Where one lab keeps its things: one folder, so that removing it removes the lab. */
export interface LabPaths {
  readonly name: string;
  readonly dir: string;
  /** Network namespaces, bound to files. */
  readonly netns: string;
  /** Certificates and configurations made by `sluice init`. */
  readonly config: string;
  readonly logs: string;
  /** Sockets of the lab's own helpers. */
  readonly sockets: string;
  /** Folders of the nodes; the control plane cannot see them. */
  readonly nodes: string;
  /** Who runs the lab. */
  readonly owner: string;
  readonly cgroup: string;
}

/** The paths of lab `name`. Throws LabError for a name that is no short DNS label. */
export function labPaths(name: string): LabPaths {
  if (!NAME.test(name)) throw new LabError(`'${name}' is no name for a lab`, 'use 1 to 24 of a-z, 0-9 and -');
  const dir = join(LABS_DIR, name);
  return {
    name,
    dir,
    netns: join(dir, 'netns'),
    config: join(dir, 'config'),
    logs: join(dir, 'logs'),
    sockets: join(dir, 'sockets'),
    nodes: join(dir, 'nodes'),
    owner: join(dir, 'owner.json'),
    cgroup: join(cgroupRoot(), `sluice-lab-${name}`),
  };
}

/** Where cgroup2 is mounted: alone, or as the unified half of a hybrid hierarchy. Throws LabError where it is not. */
export function cgroupRoot(): string {
  const found = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((dir) =>
    existsSync(join(dir, 'cgroup.controllers')),
  );
  if (found === undefined)
    throw new LabError('cgroup2 is mounted nowhere', 'mount -t cgroup2 none /sys/fs/cgroup');
  return found;
}

/** The built checkout that this program belongs to. Throws LabError where there is none. */
export function checkoutRoot(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dir !== '/'; dir = dirname(dir)) {
    const file = join(dir, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'sluice')
      return dir;
  }
  throw new LabError('the lab needs the checkout that it was built from', 'run scripts/lab there');
}

/** Programs that the lab starts. */
export interface Programs {
  readonly node: string;
  readonly cli: string;
  readonly agent: string;
  readonly controlPlane: string;
  readonly workload: string;
  readonly bridge: string;
  readonly bpfDir: string;
}

/** The built programs. Throws LabError naming the first that is missing. */
export function programs(root = checkoutRoot()): Programs {
  const found: Programs = {
    node: join(root, 'node_modules/node/bin/node'),
    cli: join(root, 'apps/cli/dist/bundle/sluice.mjs'),
    agent: join(root, 'apps/agent/dist/bundle/agent.mjs'),
    controlPlane: join(root, 'apps/controlplane/dist/bundle/controlplane.mjs'),
    workload: join(root, 'libs/lab/dist/workload/main.js'),
    bridge: join(root, 'libs/lab/dist/bridge.js'),
    bpfDir: join(root, 'bpf/build'),
  };
  for (const path of Object.values<string>({ ...found }))
    if (!existsSync(path)) throw new LabError(`${path} is missing`, 'scripts/lab builds it');
  return found;
}
