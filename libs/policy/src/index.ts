export * from './types.js';
export * from './documents/types.js';
export {
  parseDocuments,
  validateDocument,
  LIMITS,
  type ParsedDocument,
  type ParseOptions,
  type ParsedText,
} from './documents/parse.js';
export { overlappingNetworks } from './normal/networks.js';
export { CLUSTER_SCOPE, type ValidDocument } from './documents/document.js';
export * from './inputs/inputs.js';
export { normalise, cidrPrefixesOf, compareRefs, PROTOCOL, type Normalised } from './normal/normalise.js';
export type { NormalPolicy, NormalRule, NormalSpec, Peer, PortRange } from './normal/form.js';
export { Resolver, resolveWorld, resolverOf, type UpsertResult, type Variant } from './engine/resolver.js';
export type { RowChange } from './engine/rows.js';
export { packEntries, type PackedEntries } from './engine/pack.js';
export { evaluate, PolicyTable, tableOf, type Answer, type Query } from './engine/evaluate.js';
export { diff, diffRows, entryKey } from './engine/diff.js';
export { provenanceKey } from './engine/provenance.js';
export { precedence, TIER } from './engine/precedence.js';
export { oracle, oracleOf, type Oracle, type OracleAnswer, type OracleQuestion } from './oracle/index.js';
export * from './convert/index.js';
export * from './print/index.js';
export * from './plan/index.js';
export * from './policytest/index.js';
export * from './explain/index.js';
export * from './lint/index.js';
export * from './suggest/index.js';
