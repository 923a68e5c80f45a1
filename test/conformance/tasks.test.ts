import {
  buildWorld,
  naiveEngine,
  policyFilesOf,
  readPolicyTests,
  resolverEngine,
  runPolicyTest,
} from '@sluice/policy';
import { incrementalEngine } from './incremental.js';
import { policyDocument, tasksOf, type Task } from './tasks.js';

const TASKS = tasksOf(policyDocument());
const ENGINES = [naiveEngine(), resolverEngine(), incrementalEngine()];

const isTest = (name: string) => name.endsWith('.test.yaml');

/** Each expectation of a task's tests, answered by every engine; throws where a file cannot be read. */
function outcomes({ files }: Task) {
  return [...files]
    .filter(([name]) => isTest(name))
    .flatMap(([name, text]) => {
      const { tests, errors } = readPolicyTests(text, name);
      const worlds = tests.map((test) => ({ test, built: buildWorld(test, files) }));
      const wrong = [...errors, ...worlds.flatMap((w) => w.built.errors)];
      if (wrong.length > 0)
        throw new Error(wrong.map((e) => `${e.file}:${e.line} ${e.path} ${e.message}`).join('\n'));
      return worlds.flatMap(({ test, built }) =>
        ENGINES.map((engine) => runPolicyTest(test, built.world!, engine)),
      );
    });
}

describe('the tasks of docs/policy.md', () => {
  it('are a dozen or more', () => {
    expect(TASKS.length).toBeGreaterThanOrEqual(12);
  });

  it.each(TASKS.map((task) => [task.title, task] as const))('%s', (_title, task) => {
    const runs = outcomes(task);
    expect(runs).toHaveLength(ENGINES.length);
    for (const { results, errors } of runs) {
      expect(errors).toEqual([]);
      expect(results.filter((r) => !r.passed)).toEqual([]);
      // A test that allows or denies only would not see a policy that does nothing.
      expect(new Set(results.map((r) => r.verdict))).toEqual(new Set(['allow', 'deny']));
    }
  });

  it.each(TASKS.map((task) => [task.title, task] as const))(
    '%s: its tests name its policies',
    (_title, { files }) => {
      const tests = [...files].filter(([name]) => isTest(name));
      const named = tests.flatMap(([name, text]) => readPolicyTests(text, name).tests.flatMap(policyFilesOf));
      expect([...new Set(named)].sort()).toEqual([...files.keys()].filter((name) => !isTest(name)).sort());
    },
  );
});
