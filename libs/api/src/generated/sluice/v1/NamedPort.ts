// Original file: proto/sluice/v1/agent.proto

export interface NamedPortInput {
  name?: string;
  port?: number;
  /**
   * TCP, UDP or SCTP
   */
  protocol?: string;
}

export interface NamedPort {
  name: string;
  port: number;
  /**
   * TCP, UDP or SCTP
   */
  protocol: string;
}
