import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAMS, SHOT, type ProgramName } from './bench.js';
import { Reason, type DropCase, type ReasonName } from './cases/case.js';
import { FROM_ENDPOINT, TO_ENDPOINT } from './cases/endpoint.js';
import { FRAGMENTS } from './cases/fragments.js';
import { ICMP_ERRORS } from './cases/icmp-errors.js';
import { NEIGHBOURS } from './cases/neighbours.js';
import { FROM_HOST, TO_HOST_POLICY } from './cases/host.js';
import { FROM_OVERLAY, TO_HOST, TO_OVERLAY } from './cases/overlay.js';
import { PARSED, PARSING } from './cases/parsed.js';
import { Stage, welcome } from './stage.js';

const CASES: readonly DropCase[] = [
  ...PARSED,
  ...FROM_ENDPOINT,
  ...TO_ENDPOINT,
  ...NEIGHBOURS,
  ...FRAGMENTS,
  ...ICMP_ERRORS,
  ...FROM_OVERLAY,
  ...TO_OVERLAY,
  ...TO_HOST,
  ...TO_HOST_POLICY,
  ...FROM_HOST,
];

/** Reasons that a run of a program on one packet cannot provoke, and why not. */
const UNPROVOKED: Readonly<Partial<Record<ReasonName, string>>> = {
  DROP_CT_FULL:
    'a map that evicts the least recently used refuses only where the kernel has no element left to evict',
  DROP_REDIRECT: 'the helpers refuse flags, and a packet type, that no program gives them',
};
/** Reasons that are numbered, and that no program gives yet: whoever gives one brings its case. */
const UNUSED: readonly ReasonName[] = [];

const ALL = (Object.keys(Reason) as (keyof typeof Reason)[]).filter(
  (name): name is ReasonName => name !== 'REASON_FORWARDED' && name !== 'REASON_MAX',
);

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const named = (text: string) => ALL.filter((name) => new RegExp(`\\b${name}\\b`).test(text));

/** Sources of the programs, without the numbering itself. */
const SOURCES = ['.', 'lib']
  .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name)))
  .filter((path) => /\.[ch]$/.test(path) && !path.endsWith('types.h'));

const JUDGING: readonly ProgramName[] = ['from_endpoint', 'to_endpoint', 'from_overlay'];
const ENDPOINT: readonly ProgramName[] = ['from_endpoint', 'to_endpoint'];
const OVERLAY: readonly ProgramName[] = ['from_overlay', 'to_overlay'];
/** The programs that each source is a part of; `each`: every one of them can give every reason in it. */
const PARTS: readonly {
  readonly path: string;
  readonly of: readonly ProgramName[];
  readonly each: boolean;
}[] = [
  { path: 'endpoint.bpf.c', of: ENDPOINT, each: false },
  { path: 'overlay.bpf.c', of: OVERLAY, each: false },
  { path: 'host.bpf.c', of: ['to_host'], each: true },
  { path: 'lib/parse.h', of: PARSING, each: true },
  { path: 'lib/policy.h', of: JUDGING, each: true },
  { path: 'lib/judge.h', of: JUDGING, each: true },
  { path: 'lib/frag.h', of: JUDGING, each: true },
  { path: 'lib/icmp_error.h', of: JUDGING, each: true },
  { path: 'lib/arp.h', of: ENDPOINT, each: false },
  { path: 'lib/nd.h', of: ENDPOINT, each: false },
  { path: 'lib/forward.h', of: [...ENDPOINT, ...OVERLAY], each: false },
];

const EGRESS = new Set(['from_endpoint', 'to_overlay', 'from_host']);

describe('why a packet is dropped', () => {
  let stage: Stage;
  beforeAll(() => {
    stage = new Stage();
  });
  afterAll(() => stage[Symbol.dispose]());

  describe.each(PROGRAMS)('%s', (program) => {
    const rows = CASES.filter((one) => one.program === program).flatMap((one) =>
      one.families.map((family) => [one.reason, one.what, family, one] as const),
    );
    it.each(rows)('%s: %s, IPv%i', (reason, _what, family, one) => {
      stage.reset(program);
      expect(stage.see(program, welcome(program, family)).verdict).not.toBe(SHOT);
      stage.reset(program);
      const { verdict, counted, events } = stage.see(program, one.arrive(stage, family));
      expect(verdict).toBe(SHOT);
      expect(counted.map((row) => nameOf(row.reason))).toEqual([reason]);
      expect(counted[0]!.direction).toBe(EGRESS.has(program) ? 0 : 1);
      // What every network is full of is counted and not told.
      const told = reason === 'DROP_ND_IGNORED' ? [] : [reason];
      expect(events.filter(({ type }) => type === 2).map((event) => nameOf(event.reason))).toEqual(told);
      expect(events.filter(({ type }) => type === 2).map(({ hook }) => hook)).toEqual(
        told.map(() => PROGRAMS.indexOf(program) + 1),
      );
    });
  });
});

const nameOf = (reason: number) => ALL.find((name) => Reason[name] === reason) ?? `reason ${reason}`;

describe('the list of reasons', () => {
  it('has a case for each one, or an explanation', () => {
    const provoked = new Set(CASES.map(({ reason }) => reason));
    const missing = ALL.filter(
      (name) => !provoked.has(name) && !(name in UNPROVOKED) && !UNUSED.includes(name),
    );
    expect(missing).toEqual([]);
    expect(Object.keys(UNPROVOKED).filter((name) => provoked.has(name as ReasonName))).toEqual([]);
  });

  it('names as unused what no program gives, and nothing else', () => {
    const used = named(SOURCES.map(read).join('\n'));
    expect(ALL.filter((name) => !used.includes(name))).toEqual(UNUSED);
  });

  it.each(PARTS)('has a case for each one in $path', ({ path, of, each }) => {
    const wanted = named(read(path)).filter((name) => !(name in UNPROVOKED));
    expect(wanted.length).toBeGreaterThan(0);
    for (const programs of each ? of.map((program) => [program]) : [of]) {
      const provoked = CASES.filter(({ program }) => programs.includes(program)).map(({ reason }) => reason);
      expect([programs, wanted.filter((name) => !provoked.includes(name))]).toEqual([programs, []]);
    }
  });

  it('has a case of every program, and of both families where it reads both', () => {
    for (const program of PROGRAMS) {
      const families = CASES.filter((one) => one.program === program).flatMap((one) => one.families);
      expect([program, [...new Set(families)].sort()]).toEqual([program, [4, 6]]);
    }
  });
});
