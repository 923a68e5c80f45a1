import { IDENTITY } from '@sluice/labels';
import {
  naiveEngine,
  runPolicyTest,
  type OracleQuestion,
  type SideAnswer,
  type TestEngine,
  type World,
} from '@sluice/policy';
import { ProgramBench } from '../../bpf/test/bench.js';
import { readCases, worldOf, type Case } from './cases.js';
import { askable, Kernel } from './kernel.js';

interface Asked {
  readonly world: World;
  readonly question: OracleQuestion;
  readonly answer: SideAnswer;
}

/** Every question that a case comes to, with the naive evaluator's answer. */
function questionsOf(c: Case): Asked[] {
  const asked: Asked[] = [];
  const naive = naiveEngine();
  const recording: TestEngine = {
    name: 'recording',
    ask: (world, question) => {
      const answer = naive.ask(world, question);
      asked.push({ world, question, answer });
      return answer;
    },
  };
  const { test, world } = worldOf(c);
  runPolicyTest(test, world, recording);
  return asked;
}

/** Nobody is behind an address of an unknown identity: what is sent there goes nowhere, whatever the policy says. */
const reachable = ({ direction, peer }: OracleQuestion) =>
  direction === 'ingress' || peer !== IDENTITY.UNKNOWN;

const CASES = readCases().flatMap((f) => f.cases.filter((c) => c.refused.length === 0 && c.fails === null));

describe('the published rules in the kernel', () => {
  let bench: ProgramBench;
  let kernel: Kernel;
  beforeAll(() => {
    bench = new ProgramBench();
    kernel = new Kernel(bench);
  });
  afterAll(() => bench[Symbol.dispose]());

  it('the programs answer every case as the naive evaluator', () => {
    let packets = 0;
    let allowed = 0;
    for (const c of CASES)
      for (const { world, question, answer } of questionsOf(c)) {
        if (!askable(question)) continue;
        const passed = kernel.ask(world, question);
        if (passed !== (answer.allowed && reachable(question)))
          throw new Error(`${c.name}: ${JSON.stringify({ question, passed, expected: answer })}`);
        packets += 1;
        if (passed) allowed += 1;
      }
    process.stdout.write(`${CASES.length} cases, ${packets} packets, ${allowed} allowed\n`);
    expect(packets).toBeGreaterThan(1_000);
    expect(allowed / packets).toBeGreaterThan(0.2);
    expect(allowed / packets).toBeLessThan(0.8);
  }, 300_000);

  it('trap: an address that passes to another pod has its rights at once', () => {
    const c = CASES.find((x) => x.name.startsWith('trap: an address') && x.name.endsWith('before'));
    const { world } = worldOf(c!);
    const [db, web, job] = ['db', 'web', 'job'].map((n) => world.parties.get(`default/${n}`)!.identity);
    const tcp = { subject: db!, family: 4, direction: 'ingress', protocol: 6, port: 80 } as const;
    const seen = world.world('node-1');
    expect([web!, job!, web!].map((peer) => kernel.ask(seen, { ...tcp, peer }))).toEqual([true, false, true]);
  });
});
