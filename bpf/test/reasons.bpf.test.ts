import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAMS, SHOT } from './bench.js';
import { Reason, type DropCase, type ReasonName } from './cases/case.js';
import { FROM_ENDPOINT, TO_ENDPOINT } from './cases/endpoint.js';
import { FRAGMENTS } from './cases/fragments.js';
import { ICMP_ERRORS } from './cases/icmp-errors.js';
import { NEIGHBOURS } from './cases/neighbours.js';
import { FROM_OVERLAY, TO_OVERLAY, UNDERLAY_INGRESS } from './cases/overlay.js';
import { Stage, welcome } from './stage.js';

const CASES: readonly DropCase[] = [
  ...FROM_ENDPOINT,
  ...TO_ENDPOINT,
  ...NEIGHBOURS,
  ...FRAGMENTS,
  ...ICMP_ERRORS,
  ...FROM_OVERLAY,
  ...TO_OVERLAY,
  ...UNDERLAY_INGRESS,
];

/** Reasons that a run of a program on one packet cannot provoke, and why not. */
const UNPROVOKED: Readonly<Partial<Record<ReasonName, string>>> = {
  DROP_CT_FULL:
    'a map that evicts the least recently used refuses only where the kernel has no element left to evict',
  DROP_REDIRECT: 'the helpers refuse flags, and a packet type, that no program gives them',
};
/** Reasons that are numbered, and that no program gives yet: whoever gives one brings its case. */
const UNUSED: readonly ReasonName[] = ['DROP_MTU'];

const ALL = (Object.keys(Reason) as (keyof typeof Reason)[]).filter(
  (name): name is ReasonName => name !== 'REASON_FORWARDED' && name !== 'REASON_MAX',
);

/** Sources of the programs, without the numbering itself. */
function sources(): string {
  const root = join(import.meta.dirname, '..');
  return ['.', 'lib']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
    .filter((path) => /\.[ch]$/.test(path) && !path.endsWith('types.h'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

const EGRESS = new Set(['from_endpoint', 'to_overlay']);

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
    const text = sources();
    expect(ALL.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual(UNUSED);
  });

  it('has a case of every program, and of both families where it reads both', () => {
    for (const program of PROGRAMS) {
      const families = CASES.filter((one) => one.program === program).flatMap((one) => one.families);
      expect([program, [...new Set(families)].sort()]).toEqual([program, [4, 6]]);
    }
  });
});
