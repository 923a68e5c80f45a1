import type { Labels } from '@sluice/labels';

export interface Workload {
  readonly source: string;
  readonly scope: string;
  readonly name: string;
}

/** A port that policies may call by its name. */
export interface NamedPort {
  readonly name: string;
  readonly port: number;
  /** TCP, UDP or SCTP */
  readonly protocol: string;
}

/** How far an endpoint has come; what the journal says must be true of the kernel at the least. */
export type EndpointPhase = 'creating' | 'active' | 'deleting';

/** All that is needed to build an endpoint again, to take it over after a restart, or to remove it. */
export interface EndpointRecord {
  readonly version: 1;
  /** 1..65535, unique on the node. */
  readonly id: number;
  readonly workload: Workload;
  /** Security labels with the derived ones. */
  readonly labels: Labels;
  /** Absent in records of earlier versions: none. */
  readonly namedPorts?: readonly NamedPort[];
  readonly netns: string;
  readonly interfaceName: string;
  readonly hostInterface: string;
  readonly mac: string;
  readonly hostMac: string;
  readonly address4: string | null;
  readonly address6: string | null;
  readonly gateway4: string | null;
  readonly gateway6: string | null;
  readonly mtu: number;
  readonly phase: EndpointPhase;
}

/** `source/scope/name`: one endpoint for each workload. */
export const workloadKey = (workload: Workload): string =>
  `${workload.source}/${workload.scope}/${workload.name}`;

export const addressesOf = (record: EndpointRecord): string[] =>
  [record.address4, record.address6].filter((address) => address !== null);

export const gatewaysOf = (record: EndpointRecord): string[] =>
  [record.gateway4, record.gateway6].filter((address) => address !== null);

export const namedPortsOfRecord = (record: EndpointRecord): readonly NamedPort[] => record.namedPorts ?? [];
