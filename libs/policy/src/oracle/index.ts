export { oracle, oracleOf, type Oracle } from './oracle.js';
export type { OracleAnswer, OracleQuestion } from './question.js';
