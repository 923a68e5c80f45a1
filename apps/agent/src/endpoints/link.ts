import { randomBytes } from 'node:crypto';
import { type Exec, inNetns, ipBatch, ipBatchAfter, ipBatchForce } from '../util/exec.js';
import { AgentError } from '../util/errors.js';
import type { EndpointRecord } from './record.js';

/** What may stand in a line of `ip -batch` without becoming another command. */
const SAFE_PATH = /^\/[A-Za-z0-9_./@:+-]+$/;
/** `proto` of the routes to local workloads. */
const ENDPOINT_ROUTES = 201;
const SAFE_NAME = /^[A-Za-z0-9_.-]{1,15}$/;

/** Host side of an endpoint's veth pair. */
export const hostInterface = (id: number): string => `sl${id}`;

/** A locally administered unicast MAC. */
export function randomMac(): string {
  const bytes = randomBytes(6);
  bytes[0] = (bytes[0]! & 0xfc) | 0x02;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Refuses what cannot be an interface's name. */
export function checkInterfaceName(name: string): void {
  if (!SAFE_NAME.test(name) || name === '.' || name === '..') {
    throw new AgentError(
      'INVALID_ARGUMENT',
      `${JSON.stringify(name)} is no interface name (1 to 15 of A-Z a-z 0-9 _ . -)`,
    );
  }
}

/** Refuses what cannot be the path of a network namespace. */
export function checkNetns(path: string): void {
  if (!SAFE_PATH.test(path)) {
    throw new AgentError(
      'INVALID_ARGUMENT',
      `${JSON.stringify(path)} is no path of a network namespace: it must be absolute`,
    );
  }
}

/** Makes the pair, both ends down, the workload's end already in its namespace. */
export function createLines(record: EndpointRecord): string[] {
  const { hostInterface: host, hostMac, mtu, interfaceName, mac, netns } = record;
  return [
    `link add name ${host} mtu ${mtu} address ${hostMac} type veth peer name ${interfaceName} mtu ${mtu} address ${mac} netns ${netns}`,
    `link set dev ${host} addrgenmode none`,
  ];
}

/** Opens the host side: only after programs and map entries are in place. Neighbours are fixed, so nobody needs to ask. */
export function hostUpLines(record: EndpointRecord): string[] {
  const { hostInterface: host, mac } = record;
  const lines = [`link set dev ${host} up`];
  for (const [address, length] of hostPrefixes(record)) {
    lines.push(`neigh replace ${address} lladdr ${mac} dev ${host} nud permanent`);
    lines.push(`route replace ${address}/${length} dev ${host} proto ${ENDPOINT_ROUTES}`);
  }
  return lines;
}

/** Inside the workload's namespace. Addresses without duplicate detection: nobody else can have them. */
export function workloadLines(record: EndpointRecord): string[] {
  const dev = record.interfaceName;
  const lines = ['link set dev lo up', `link set dev ${dev} addrgenmode none`];
  for (const [address, length] of hostPrefixes(record)) {
    lines.push(`address replace ${address}/${length} dev ${dev}${length === 128 ? ' nodad' : ''}`);
  }
  lines.push(`link set dev ${dev} up`);
  if (record.address4 !== null && record.gateway4 !== null) {
    lines.push(`route replace ${record.gateway4}/32 dev ${dev} scope link src ${record.address4}`);
    lines.push(
      `route replace default via ${record.gateway4} dev ${dev} onlink src ${record.address4} mtu ${record.mtu}`,
    );
  }
  if (record.address6 !== null && record.gateway6 !== null) {
    lines.push(`route replace ${record.gateway6}/128 dev ${dev}`);
    lines.push(
      `route replace ::/0 via ${record.gateway6} dev ${dev} onlink src ${record.address6} mtu ${record.mtu}`,
    );
  }
  return lines;
}

function hostPrefixes(record: EndpointRecord): [string, 32 | 128][] {
  const prefixes: [string, 32 | 128][] = [];
  if (record.address4 !== null) prefixes.push([record.address4, 32]);
  if (record.address6 !== null) prefixes.push([record.address6, 128]);
  return prefixes;
}

/** Creates the pair; both ends stay down. */
export const createLink = (run: Exec, record: EndpointRecord): Promise<void> =>
  ipBatch(run, createLines(record));

/** Addresses, routes and up in the workload's namespace. */
export const furnishLink = (run: Exec, record: EndpointRecord): Promise<void> =>
  ipBatch(inNetns(run, record.netns), workloadLines(record));

/** The host side up, with its neighbours and routes, once `guarded` resolves. */
export const openLink = (run: Exec, record: EndpointRecord, guarded: Promise<void>): Promise<void> =>
  ipBatchAfter(run, hostUpLines(record), guarded);

/** The host side down; its routes go with it. */
export const shutLink = (run: Exec, { hostInterface }: EndpointRecord): Promise<void> =>
  ipBatch(run, [`link set dev ${hostInterface} down`]);

/** Removes the pair; nothing happens where there is none. Routes and neighbours go with it. */
export const removeLink = (run: Exec, host: string): Promise<void> =>
  ipBatchForce(run, [`link delete dev ${host}`]);
