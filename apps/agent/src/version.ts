/** The version that this agent tells the cluster. */
export const VERSION = '0.1.0';
