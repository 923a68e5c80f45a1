import { LAYOUT_VERSION } from '@sluice/datapath';
import { LayoutFolder, Phase } from '@sluice/datapath/takeover/folder';
import { native } from '@sluice/native';
import { LOOPBACK, type ProgramName, PROGRAMS, SHOT } from './bench.js';
import { Reason } from './cases/case.js';
import { type Family } from './packets.js';
import { type Arrival, FAMILIES, incoming, outer, outgoing, PORT, Stage, welcome } from './stage.js';

/** TCX_NEXT, as BPF_PROG_TEST_RUN gives it. */
const NEXT = -1;
const ACK = 0x10;
const SYN_ACK = 0x12;
/** The programs that ask a policy here. */
const JUDGES = ['from_endpoint', 'to_endpoint'] as const;

let stage: Stage;
let folder: LayoutFolder;
beforeAll(() => {
  stage = new Stage();
  folder = new LayoutFolder(native, stage.bench.datapath.pins, LAYOUT_VERSION);
});
afterAll(() => stage[Symbol.dispose]());

function scene(program: ProgramName, phase: Phase, hasPredecessor: boolean): void {
  stage.bench.forget('predecessors');
  stage.reset(program);
  folder.phase = phase;
  if (!hasPredecessor) return;
  const [key, value] = [Buffer.alloc(4), Buffer.alloc(4)];
  key.writeUInt32LE(LOOPBACK);
  stage.bench.map('predecessors').update(key, value);
}

const arrival = (program: 'from_endpoint' | 'to_endpoint', family: Family, over: object): Arrival => ({
  data: program === 'from_endpoint' ? outgoing({ family, ...over }) : incoming({ family, ...over }),
});

describe.each(PROGRAMS)('%s', (program) => {
  it.each(FAMILIES)(
    'stands by in front of its predecessor, IPv%i: nothing changed, counted or told',
    (family) => {
      scene(program, Phase.standby, true);
      const mark = 0x5d000111;
      const packet = { mark, ...welcome(program, family) };
      expect(stage.see(program, packet)).toEqual({
        verdict: NEXT,
        data: packet.data,
        mark: packet.mark,
        counted: [],
        events: [],
      });
    },
  );

  it.each(FAMILIES)('does so too before anything else is configured, IPv%i', (family) => {
    scene(program, Phase.active, true);
    stage.unconfigure();
    folder.phase = Phase.standby;
    expect(stage.see(program, welcome(program, family)).verdict).toBe(NEXT);
  });
});

describe.each(JUDGES)('%s', (program) => {
  describe.each(FAMILIES)('IPv%i', (family) => {
    const see = (over: object) => stage.see(program, arrival(program, family, over));

    it('judges where nobody stands behind it, whatever the phase', () => {
      for (const phase of Object.values(Phase)) {
        scene(program, phase, false);
        expect(see({ port: PORT + 1 }).verdict).toBe(SHOT);
        expect(see({}).verdict).not.toBe(NEXT);
      }
    });

    it('gives its predecessor what may belong to a connection that only that one knows', () => {
      for (const over of [{ flags: SYN_ACK }, { port: PORT + 1, flags: ACK }, { port: PORT + 1 }]) {
        scene(program, Phase.active, true);
        expect(see(over)).toMatchObject({ verdict: SHOT, counted: [{}] });
        scene(program, Phase.handover, true);
        const packet = arrival(program, family, over);
        const { verdict, data, counted, events } = stage.see(program, packet);
        expect([verdict, data, counted, events]).toEqual([NEXT, packet.data, [], []]);
      }
    });

    it('lets pass by itself what its policy allows, and remembers it', () => {
      scene(program, Phase.handover, true);
      expect(see({}).counted).toMatchObject([{ reason: Reason.REASON_FORWARDED }]);
      expect(stage.bench.map(family === 4 ? 'ct4' : 'ct6').entries().count).toBe(1);
    });

    it('keeps what no connection can excuse', () => {
      scene(program, Phase.handover, true);
      const source = family === 4 ? '198.18.0.1' : 'fd00:198::1';
      expect(see({ source })).toMatchObject({ verdict: SHOT, counted: [{ reason: Reason.DROP_SPOOF_ADDR }] });
    });

    it('gives nothing away once the predecessor is retired', () => {
      scene(program, Phase.settling, true);
      expect(see({ flags: SYN_ACK }).verdict).toBe(SHOT);
    });
  });
});

it('a packet for to_endpoint keeps the mark that tells its sender', () => {
  scene('to_endpoint', Phase.handover, true);
  const mark = 0x5d00012d;
  expect(stage.see('to_endpoint', { data: incoming({ family: 4, port: PORT + 1 }), mark })).toMatchObject({
    verdict: NEXT,
    mark,
  });
});

it('a packet of the overlay goes to the predecessor as it came', () => {
  scene('from_overlay', Phase.handover, true);
  const data = incoming({ family: 4, port: PORT + 1 });
  expect(stage.see('from_overlay', { data, ...outer() })).toMatchObject({ verdict: NEXT, data });
});

it.each([
  [Phase.active, NEXT],
  [Phase.handover, 0],
  [Phase.settling, 0],
] as const)('what the underlay lets through is not seen by a predecessor: phase %i', (phase, verdict) => {
  scene('to_host', phase, true);
  stage.configure({ flags: stage.bench.datapath.config!.flags | 16 });
  expect(stage.see('to_host', welcome('to_host', 4)).verdict).toBe(verdict);
});
