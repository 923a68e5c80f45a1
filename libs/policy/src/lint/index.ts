export * from './types.js';
export { lintSteps, sortFindings, specsOf } from './lint.js';
export { liveSteps, type LiveWorld } from './live.js';
export { lintFiles, lintTexts, shownFinding, type LintTexts, type ShownFinding } from './text.js';
export { Hits, unusedRules, type Use } from './unused.js';
