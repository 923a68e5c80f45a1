import { UnaskableError, type TestEngine } from './engines.js';
import { endOf, questionsOf, type End, type PacketPart } from './refs.js';
import { bothWorlds } from './staged.js';
import type { ExpectationDocument, ExpectationResult, FileError, PolicyTest, SideResult } from './types.js';
import type { TestWorld } from './world.js';

const PROTOCOLS: Readonly<Record<string, readonly number[]>> = {
  TCP: [6],
  UDP: [17],
  SCTP: [132],
  ICMP: [1],
  ICMPv6: [58],
  ANY: [6, 17, 132],
};

function collectPorts(value: unknown, found: Set<number>): void {
  if (Array.isArray(value)) for (const item of value) collectPorts(item, found);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      if (['port', 'endPort', 'number', 'start', 'end'].includes(key) && /^\d+$/.test(String(item)))
        for (const near of [-1, 0, 1]) found.add(Number(item) + near);
      else collectPorts(item, found);
    }
}

/** Ports on both sides of every boundary that policies and workloads draw: if all of them agree, every port does. */
function allPorts(world: TestWorld): number[] {
  const found = new Set([1, 65535]);
  const { policies } = world.world('node-1');
  collectPorts(
    policies.map((p) => p.document),
    found,
  );
  for (const party of world.parties.values()) for (const { port } of party.ports) found.add(port);
  return [...found].filter((p) => p >= 1 && p <= 65535).sort((a, b) => a - b);
}

/** Packets of one expectation: what it says of protocol and port. Throws a text where that makes no sense. */
function targetsOf(
  expectation: ExpectationDocument,
  to: End,
  everyPort: () => readonly number[],
): PacketPart[] | string {
  const name = expectation.protocol ?? 'TCP';
  const protocols = PROTOCOLS[name] ?? [];
  const { port } = expectation;
  const family = name === 'ICMPv6' ? 6 : 4;
  if (name.startsWith('ICMP')) {
    if (port === undefined || port === null || !/^\d+$/.test(String(port)) || Number(port) > 255)
      return `the port of ${name} is its type, a number from 0 to 255`;
    return protocols.map((protocol) => ({ protocol, port: Number(port) << 8, family }));
  }
  if (typeof port === 'string' && !/^\d+$/.test(port)) {
    const named = (to.party?.ports ?? []).filter((p) => p.name === port && protocols.includes(p.protocol));
    if (named.length === 0)
      return `${to.party?.name ?? expectation.to} has no ${name} port ${JSON.stringify(port)}`;
    return named.map((p) => ({ protocol: p.protocol, port: p.port, family }));
  }
  const ports = port === undefined || port === null ? everyPort() : [Number(port)];
  return protocols.flatMap((protocol) => ports.map((p) => ({ protocol, port: p, family })));
}

function split(rule: string | null): Pick<SideResult, 'policy' | 'rule'> {
  if (rule === null) return { policy: null, rule: null };
  const at = rule.lastIndexOf(' ');
  return { policy: rule.slice(0, at), rule: rule.slice(at + 1) };
}

interface Outcome {
  readonly verdict: 'allow' | 'deny';
  readonly egress: SideResult | null;
  readonly ingress: SideResult | null;
}

class Runner {
  #everyPort: readonly number[] | null = null;

  constructor(
    private readonly test: PolicyTest,
    private readonly world: TestWorld,
    private readonly engine: TestEngine,
  ) {}

  #side(asked: ReturnType<typeof questionsOf>['egress'], staged: boolean): SideResult | null {
    if (!asked) return null;
    const both = bothWorlds(this.world.world(asked.node));
    const answer = this.engine.ask(staged ? both.staged : both.enforced, asked.question);
    return { verdict: answer.allowed ? 'allow' : 'deny', ...split(answer.rule), reason: answer.reason };
  }

  #outcomes(from: End, to: End, targets: readonly PacketPart[], staged: boolean): Outcome[] {
    const outcomes: Outcome[] = [];
    const families = from.party?.families[0] ?? to.party?.families[0];
    for (const a of from.variants)
      for (const b of to.variants)
        for (const target of targets) {
          const icmp = target.protocol === 1 || target.protocol === 58;
          const said = a.family ?? b.family;
          if ((a.family && b.family && a.family !== b.family) || (icmp && said && said !== target.family))
            continue;
          const family = icmp ? target.family : (said ?? families ?? 4);
          const asked = questionsOf(from, to, { from: a, to: b }, { ...target, family });
          const egress = this.#side(asked.egress, staged);
          const ingress = this.#side(asked.ingress, staged);
          const verdict = egress?.verdict === 'deny' || ingress?.verdict === 'deny' ? 'deny' : 'allow';
          outcomes.push({ verdict, egress, ingress });
        }
    return outcomes;
  }

  /** One expectation, or why it means nothing. */
  one(expectation: ExpectationDocument, index: number): ExpectationResult | FileError {
    const path = ['spec', 'expect', index];
    const [from, to] = [endOf(this.world, expectation.from), endOf(this.world, expectation.to)];
    if (typeof from === 'string') return this.test.at([...path, 'from'], from);
    if (typeof to === 'string') return this.test.at([...path, 'to'], to);
    const targets = targetsOf(expectation, to, () => (this.#everyPort ??= allPorts(this.world)));
    if (typeof targets === 'string') return this.test.at([...path, 'port'], targets);
    const outcomes = this.#outcomes(from, to, targets, expectation.staged ?? false);
    const [first] = outcomes;
    if (!first) return this.test.at(path, 'no packet can be like this: the families of the two ends differ');
    if (!first.egress && !first.ingress)
      return this.test.at(path, 'neither end has a policy: name a workload or a node');
    const expected = expectation.verdict;
    const shown = outcomes.find((o) => o.verdict !== expected) ?? first;
    const same = outcomes.every((o) => o.verdict === first.verdict);
    return {
      test: this.test.document.metadata.name,
      from: expectation.from,
      to: expectation.to,
      protocol: expectation.protocol ?? 'TCP',
      port: expectation.port ?? null,
      expected,
      verdict: same ? first.verdict : 'mixed',
      passed: same && first.verdict === expected,
      egress: shown.egress,
      ingress: shown.ingress,
    };
  }
}

/** What the engine cannot be asked is a mistake of the test, at its place. */
function attempt(
  test: PolicyTest,
  index: number,
  work: () => ExpectationResult | FileError,
): ExpectationResult | FileError {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UnaskableError)) throw error;
    return test.at(['spec', 'expect', index], error.message, 'ask the resolver, or leave it out');
  }
}

/** Runs all expectations of a test in order. Errors are expectations that mean nothing; then the results do not count. */
export function runPolicyTest(
  test: PolicyTest,
  world: TestWorld,
  engine: TestEngine,
): { readonly results: readonly ExpectationResult[]; readonly errors: readonly FileError[] } {
  const runner = new Runner(test, world, engine);
  const results: ExpectationResult[] = [];
  const errors: FileError[] = [];
  (test.document.spec.expect ?? []).forEach((expectation, i) => {
    const outcome = attempt(test, i, () => runner.one(expectation, i));
    if ('message' in outcome) errors.push(outcome);
    else results.push(outcome);
  });
  return { results, errors };
}
