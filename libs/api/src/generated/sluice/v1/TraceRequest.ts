// Original file: proto/sluice/v1/controlplane.proto

/**
 * The same for parties that need not exist, in a given world.
 */
export interface TraceRequestInput {
  /**
   * as in a PolicyTest, or labels `k8s:app=web,...`
   */
  from?: string;
  to?: string;
  protocol?: string;
  port?: number;
  /**
   * policies in place of those in the store; empty: those in the store
   */
  text?: string;
  /**
   * of labels that do not say it; default `default`
   */
  fromNamespace?: string;
  toNamespace?: string;
}

/**
 * The same for parties that need not exist, in a given world.
 */
export interface TraceRequest {
  /**
   * as in a PolicyTest, or labels `k8s:app=web,...`
   */
  from: string;
  to: string;
  protocol: string;
  port: number;
  /**
   * policies in place of those in the store; empty: those in the store
   */
  text: string;
  /**
   * of labels that do not say it; default `default`
   */
  fromNamespace: string;
  toNamespace: string;
}
