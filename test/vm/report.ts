/** One test, in the words of jest's JSON reports. */
export interface TestResult {
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'todo';
  /** Milliseconds. */
  readonly duration: number;
  readonly failure: string | null;
}

export interface FileResult {
  readonly file: string;
  readonly tests: readonly TestResult[];
  /** Why the file did not come to its end; null where it did, also with tests that failed. */
  readonly broken: string | null;
}

/** What scripts/test reads of a suite: the same members that jest writes. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly TestResult[];
  }[];
}

/** The lines that the guest wrote for a file, and how it ended. A file without any test is broken: it proves nothing. */
export function fileResult(file: string, lines: string, exit: number | null): FileResult {
  // A line without its end was being written when the VM ended.
  const tests = lines
    .slice(0, lines.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TestResult);
  const failed = tests.some(({ status }) => status === 'failed');
  const broken =
    exit === null
      ? 'it was not run to its end'
      : tests.length === 0
        ? `it has no tests (exit ${exit})`
        : exit !== 0 && !failed
          ? `it ended with ${exit}`
          : null;
  return { file, tests, broken };
}

/** Sums files up. */
export function reportOf(files: readonly FileResult[]): Report {
  const all = files.flatMap(({ tests }) => tests);
  const count = (wanted: TestResult['status']): number =>
    all.filter(({ status }) => status === wanted).length;
  return {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    numTodoTests: count('todo'),
    numRuntimeErrorTestSuites: files.filter(({ broken }) => broken !== null).length,
    testResults: files.map(({ file, tests }) => ({ name: file, assertionResults: tests })),
  };
}

/** Nothing could be run: one skipped test that says why. */
export function skippedReport(reason: string): Report {
  const test: TestResult = { fullName: `VM [${reason}]`, status: 'pending', duration: 0, failure: null };
  return reportOf([{ file: 'vm', tests: [test], broken: null }]);
}

/** Whether every test that ran passed, and every file came to its end. */
export const good = (report: Report): boolean =>
  report.numFailedTests + report.numRuntimeErrorTestSuites === 0;
