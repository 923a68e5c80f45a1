import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { IDENTITY } from '@sluice/labels';
import { bothWorlds, resolverEngine, type OracleQuestion } from '@sluice/policy';
import { Aim } from '@sluice/policy/testing/aim';
import { Random, randomWorld, WORLD_FEATURES } from '@sluice/policy/testing/worlds';
import { native } from '@sluice/native';
import { VerdictBench } from '@sluice/datapath/testrun';
import { kernelEngine, objectsFolder } from '../src/kernel/engine.js';
import { openKernel } from '../src/kernel/open.js';
import { scratch, sluice } from './io.js';

const ROOT = join(import.meta.dirname, '../../..');
const WORLDS = 400;
const QUESTIONS = 16;
/** Fewer than so many answers of a sort would prove too little. */
const LEAST = [
  ['allowed', 1_500],
  ['denied', 1_500],
  ['rule', 1_500],
  ['default-deny', 500],
  ['default-allow', 50],
  ['mode-never', 50],
  ['local-host', 20],
  ['self', 100],
  ['host', 300],
  ['named ports', 300],
  ['staged', 300],
] as const;

/** ICMP of the one family does not travel in the other; of its types these are the policy's business. */
const TYPES = { 4: [0, 8, 13], 6: [128, 129, 139] } as const;

/** A question that a packet can ask: no port 0, and ICMP as it travels. */
function possible(r: Random, question: OracleQuestion): OracleQuestion {
  const { protocol, family, port } = question;
  if (protocol !== 1 && protocol !== 58) return { ...question, port: Math.max(1, port) };
  return { ...question, protocol: family === 4 ? 1 : 58, port: r.pick(TYPES[family]) << 8 };
}

const sometimesSelf = (r: Random, question: OracleQuestion): OracleQuestion =>
  r.chance(0.04) ? { ...question, peer: question.subject, self: true } : question;

const asked = async (engine: string, args: readonly string[], stdin?: string) => {
  const options = stdin === undefined ? {} : { stdin };
  return sluice(['-o', 'json', 'policy', 'test', ...args, '--engine', engine], options);
};

/** The documents that the documentation shows, under the names in their first lines; those without stand for themselves. */
function shown(folder: string): string[] {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const tests: string[] = [];
  for (const doc of docs) {
    const text = readFileSync(join(ROOT, 'docs', doc), 'utf8');
    [...text.matchAll(/```yaml\n([^]*?)```/g)].forEach(([, block = ''], i) => {
      const file = join(folder, /^# (\S+\.yaml)\n/.exec(block)?.[1] ?? `${doc}.${i}.yaml`);
      writeFileSync(file, block);
      if (/^kind: PolicyTest$/m.test(block)) tests.push(file);
    });
  }
  return tests;
}

const testOf = (expect: string) =>
  `apiVersion: sluice.dev/v1\nkind: PolicyTest\nmetadata: { name: t }\nspec:
  workloads: [{ name: a }, { name: b }, { name: node-1, host: true }]
  expect: ${expect}\n`;

describe('policy test --engine kernel', () => {
  it('refuses, at its place, what the programs ask no policy about', async () => {
    const stdin = testOf('[{ from: a, to: b, protocol: ICMP, port: 3, verdict: deny }]');
    expect(await asked('resolver', ['-'], stdin)).toMatchObject({ code: 0 });
    const { code, out, err } = await asked('kernel', ['-'], stdin);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('$.spec.expect[0]');
    expect(err).toContain('asks no policy about ICMP type 3');
  });

  it('answers about tunnel ports, addresses that nobody has, and a node that talks to itself', async () => {
    const stdin = testOf(`
    - { from: a, to: node/node-1, protocol: UDP, port: 8473, verdict: deny }
    - { from: a, to: none, port: 80, verdict: deny }
    - { from: node/node-1, to: node/node-1, port: 80, verdict: allow }
    - { from: host, to: node/node-1, port: 80, verdict: allow }
    - { from: a, to: a, port: 80, verdict: allow }`);
    const answers = await asked('kernel', ['-'], stdin);
    expect(answers).toMatchObject({ code: 0 });
    expect(answers).toEqual(await asked('resolver', ['-'], stdin));
  });

  it('leaves nothing behind: no pin, no mount, no attached program', async () => {
    const around = () => [
      readFileSync('/proc/self/mountinfo', 'utf8'),
      execFileSync('tc', ['filter', 'show', 'dev', 'lo', 'ingress'], { encoding: 'utf8' }),
      native.queryTc(1, 'ingress').length + native.queryTc(1, 'egress').length,
    ];
    const before = around();
    const file = join(ROOT, 'examples/shop.test.yaml');
    expect(await asked('kernel', [file])).toMatchObject({ code: 0 });
    expect(around()).toEqual(before);
  });

  it('says what is missing: the rights, the objects', () => {
    using dir = scratch();
    const failure = (exitCode: number, message: string) =>
      expect.objectContaining({ exitCode, message: expect.stringContaining(message) }) as unknown;
    expect(() => openKernel(() => kernelEngine(dir.path))).toThrow(failure(2, 'endpoint.bpf.o is missing'));
    const refused = () => {
      throw Object.assign(new Error('load'), { code: 'EPERM' });
    };
    const open = () => VerdictBench.open({ ...native, loadObject: refused }, objectsFolder()) as never;
    expect(() => openKernel(open)).toThrow(failure(5, 'run as root'));
  });

  it('answers every PolicyTest of the documentation as the resolver', async () => {
    using dir = scratch();
    const files = shown(dir.path);
    expect(files.length).toBeGreaterThanOrEqual(10);
    const resolver = await asked('resolver', files);
    expect(JSON.parse(resolver.out).length).toBeGreaterThan(files.length);
    expect(await asked('kernel', files)).toEqual(resolver);
  });

  it('answers examples/shop.test.yaml as the resolver', async () => {
    const file = join(ROOT, 'examples/shop.test.yaml');
    expect(await asked('kernel', [file])).toEqual(await asked('resolver', [file]));
  });

  it('answers in random worlds as the resolver: verdict, policy, rule and reason', () => {
    using kernel = kernelEngine();
    const resolver = resolverEngine();
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    for (let seed = 0; seed < WORLDS; seed += 1) {
      const r = new Random(seed);
      const both = bothWorlds(randomWorld(r, WORLD_FEATURES));
      for (const world of new Set([both.enforced, both.staged])) {
        const aim = new Aim(world);
        for (let i = 0; i < QUESTIONS; i += 1) {
          const question = sometimesSelf(r, possible(r, aim.question(r)));
          const expected = resolver.ask(world, question);
          const answer = kernel.ask(world, question);
          if (JSON.stringify(answer) !== JSON.stringify(expected))
            throw new Error(JSON.stringify({ seed, question, expected, answer, world }, null, 1));
          count(answer.allowed ? 'allowed' : 'denied');
          count(answer.reason);
          if (question.subject === IDENTITY.HOST) count('host');
          if (question.ports) count('named ports');
          if (world !== both.enforced) count('staged');
        }
      }
    }
    process.stdout.write(`${WORLDS} worlds: ${JSON.stringify(Object.fromEntries(seen))}\n`);
    for (const [what, least] of LEAST) expect([what, (seen.get(what) ?? 0) >= least]).toEqual([what, true]);
  }, 120_000);
});
