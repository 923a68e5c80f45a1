import { SHOT } from './bench.js';
import { Reason } from './cases/case.js';
import { FAMILIES, incoming, outgoing, PORT, Stage } from './stage.js';

/** Bits of enum sluice_event_flags. */
const MODE_NEVER = 16;
const DENY = 2;

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
beforeEach(() => {
  stage.reset('from_endpoint');
  stage.bench.datapath.breakGlass.resume();
});
afterAll(() => stage[Symbol.dispose]());

describe.each(FAMILIES)('no policy is enforced for a while, IPv%i', (family) => {
  const forbidden = { family, port: PORT + 1 };
  const sends = () => stage.see('from_endpoint', { data: outgoing(forbidden) });

  it('what it forbids passes, both ways, and is told as what it would be', () => {
    expect(sends().verdict).toBe(SHOT);
    stage.bench.datapath.breakGlass.suspend(60_000);
    const { verdict, counted, events } = sends();
    expect(verdict).not.toBe(SHOT);
    expect(counted.map(({ reason }) => reason)).toEqual([Reason.REASON_FORWARDED]);
    expect(events).toMatchObject([{ verdict: DENY, reason: Reason.DROP_POLICY_DEFAULT }]);
    expect(events[0]!.flags & MODE_NEVER).toBe(MODE_NEVER);
    expect(stage.see('to_endpoint', { data: incoming(forbidden) }).verdict).not.toBe(SHOT);
  });

  it('nothing of it is remembered: at its end the same connection is forbidden again', () => {
    const { breakGlass } = stage.bench.datapath;
    breakGlass.suspend(60_000);
    sends();
    breakGlass.resume();
    expect(sends().verdict).toBe(SHOT);
  });

  it('the kernel ends it by itself', async () => {
    const { breakGlass } = stage.bench.datapath;
    breakGlass.suspend(1_000);
    expect(breakGlass.leftMs).toBeGreaterThan(0);
    const deadline = Date.now() + 30_000;
    while (sends().verdict !== SHOT) if (Date.now() > deadline) throw new Error('it has not ended');
    expect(breakGlass.leftMs).toBe(0);
  });

  it('lies are no policy: a foreign source is dropped as ever', () => {
    stage.bench.datapath.breakGlass.suspend(60_000);
    const data = outgoing({ family, source: family === 4 ? '198.18.9.9' : 'fd00:198::9999' });
    expect(stage.see('from_endpoint', { data }).counted[0]?.reason).toBe(Reason.DROP_SPOOF_ADDR);
  });
});

it('is for at least a second and at most a day', () => {
  const { breakGlass } = stage.bench.datapath;
  for (const wrong of [0, 999, 86_400_001, Number.NaN]) {
    expect(() => breakGlass.suspend(wrong)).toThrow('at most 24 h');
    expect(breakGlass.leftMs).toBe(0);
  }
});
