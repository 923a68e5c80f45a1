export * from './types.js';
export { readPolicyTests, policyFilesOf } from './read.js';
export { buildWorld, showLabels, type Party, type TestWorld } from './world.js';
export { naiveEngine, resolverEngine, UnaskableError, type SideAnswer, type TestEngine } from './engines.js';
export { runPolicyTest } from './run.js';
export { endOf, ENTITY_NAMES, questionsOf, type End } from './refs.js';
export { bothWorlds } from './staged.js';
