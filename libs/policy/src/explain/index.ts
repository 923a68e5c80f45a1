export * from './types.js';
export { explain, explainSteps, type ExplainOptions } from './explain.js';
export { PolicyForms } from './forms.js';
export { protocolName } from './words.js';
export * from './connection.js';
export * from './response.js';
export { hypothetical, isLabelSet } from './hypothetical.js';
export { traceIn, type TraceQuestion } from './testworld.js';
