// Original file: proto/sluice/v1/controlplane.proto

/**
 * Why one may or may not talk to the other. A party is `scope/name` of a workload, `node/<name>`, an address, or an entity.
 */
export interface ExplainRequestInput {
  from?: string;
  to?: string;
  /**
   * TCP, UDP, SCTP, ICMP, ICMPv6, ANY
   */
  protocol?: string;
  /**
   * ICMP: the type
   */
  port?: number;
  /**
   * also the map entries and the connection's state, from the nodes
   */
  kernel?: boolean;
}

/**
 * Why one may or may not talk to the other. A party is `scope/name` of a workload, `node/<name>`, an address, or an entity.
 */
export interface ExplainRequest {
  from: string;
  to: string;
  /**
   * TCP, UDP, SCTP, ICMP, ICMPv6, ANY
   */
  protocol: string;
  /**
   * ICMP: the type
   */
  port: number;
  /**
   * also the map entries and the connection's state, from the nodes
   */
  kernel: boolean;
}
