/** Injection tokens of what is no class. */
export const CONFIG = Symbol('ControlPlaneConfig');
export const STORE = Symbol('Store');
/** The OpenAPI document's holder. */
export const OPENAPI = Symbol('OpenApi');
