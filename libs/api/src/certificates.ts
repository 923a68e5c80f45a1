/**
 * Who a client certificate speaks for. Organization (O) names the role, Common Name (CN) the user or node, as in
 * Kubernetes' X.509 client authentication: O=sluice:viewer|operator|admin|node|controlplane.
 */
export const ROLE_PREFIX = 'sluice:';
export type Role = 'viewer' | 'operator' | 'admin' | 'node' | 'controlplane';
