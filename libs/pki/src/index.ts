export { PkiError } from './errors.js';
export { createCa, type Authority, type CaOptions } from './ca.js';
export { issue, type Credentials, type IssueOptions, type Usage } from './issue.js';
