// Reporter of Node's test runner: one JSON document a line for each test that ended, in the words of jest's reports.

/** A test's names from the outermost suite on; parents start before their children. */
export default async function* report(events) {
  const path = [];
  for await (const { type, data } of events) {
    if (type === 'test:start') {
      path.length = data.nesting;
      path[data.nesting] = data.name;
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const suite = data.details.type === 'suite';
    // A suite is told only where it failed by itself: its tests tell for themselves.
    if (suite && (type === 'test:pass' || data.details.error?.failureType === 'subtestsFailed')) continue;
    const failed = type === 'test:fail' && data.todo === undefined;
    const cause = data.details.error?.cause;
    const line = {
      fullName: [...path.slice(0, data.nesting), data.name].join(' '),
      status:
        data.skip !== undefined ? 'pending' : data.todo !== undefined ? 'todo' : failed ? 'failed' : 'passed',
      duration: Math.round(data.details.duration_ms),
      failure: failed ? String(cause?.stack ?? cause ?? data.details.error) : null,
    };
    yield `${JSON.stringify(line)}\n`;
  }
}
