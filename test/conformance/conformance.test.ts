import { naiveEngine, resolverEngine, runPolicyTest, type TestEngine } from '@sluice/policy';
import { readCases, refusalsOf, worldOf, type Case } from './cases.js';
import { incrementalEngine } from './incremental.js';

const FILES = readCases();
const ENGINES: readonly TestEngine[] = [naiveEngine(), resolverEngine(), incrementalEngine()];

/** What a case's packets met that they should not have, in the words of each engine. */
function wrongs(c: Case, engine: TestEngine): string[] {
  const { test, world } = worldOf(c);
  const { results, errors } = runPolicyTest(test, world, engine);
  const unclear = errors.map((e) => `${e.path} ${e.message}`);
  const failed = results.filter((r) => !r.passed).map((r) => JSON.stringify(r));
  return [...unclear, ...(results.length === 0 ? ['the case expects nothing'] : []), ...failed];
}

describe.each(FILES.map(({ file, cases }) => [file, cases] as const))('%s', (_file, cases) => {
  const judge = (c: Case) => {
    if (c.refused.length > 0) {
      const refusals = refusalsOf(c);
      for (const part of c.refused) expect(refusals.join('\n')).toContain(part);
      return;
    }
    for (const engine of ENGINES) expect([engine.name, ...wrongs(c, engine)]).toEqual([engine.name]);
  };
  const named = (list: readonly Case[]) => list.map((c) => [c.name, c] as const);
  it.each(named(cases.filter((c) => c.fails === null)))('%s', (_name, c) => judge(c));
  const failing = cases.filter((c) => c.fails !== null);
  if (failing.length > 0) it.failing.each(named(failing))('%s', (_name, c) => judge(c));
});

describe('the cases', () => {
  const all = FILES.flatMap((f) => f.cases);

  it('each say where their rule is published', () => {
    const places =
      /^https:\/\/(kubernetes\.io|docs\.cilium\.io|network-policy-api\.sigs\.k8s\.io|github\.com)\//;
    expect(all.filter((c) => !places.test(c.link)).map((c) => c.name)).toEqual([]);
  });

  it('have names of their own', () => {
    expect(new Set(all.map((c) => c.name)).size).toBe(all.length);
  });

  it('are many, and none of the traps and differences is without one', () => {
    expect(all.length).toBeGreaterThanOrEqual(250);
    expect(all.filter((c) => c.name.startsWith('trap: ')).length).toBeGreaterThanOrEqual(9);
    expect(all.filter((c) => c.name.startsWith('difference: ')).length).toBeGreaterThanOrEqual(12);
    expect(all.filter((c) => c.name.startsWith('difference: ') && c.differs === null)).toEqual([]);
  });

  it('fail where an engine answers wrongly', () => {
    const wrong: TestEngine = {
      name: 'wrong',
      ask: (world, question) => {
        const answer = ENGINES[0]!.ask(world, question);
        return { ...answer, allowed: !answer.allowed };
      },
    };
    // Two wrong sides of a connection can make the right verdict, but not in all packets of a case.
    const sound = all.filter((c) => c.refused.length === 0 && c.fails === null);
    const unmoved = sound.filter((c) => wrongs(c, wrong).length === 0);
    expect(unmoved.map((c) => c.name)).toEqual([]);
  });
});
