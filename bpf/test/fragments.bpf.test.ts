import { SHOT, type Beside, type ProgramName } from './bench.js';
import { piece, type FragmentedSpec, type Way } from './fragments.js';
import { PROTOCOL } from './packets.js';
import { FAMILIES, outer, Stage } from './stage.js';

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage[Symbol.dispose]());

const HOOKS: readonly (readonly [ProgramName, Way, Beside])[] = [
  ['from_endpoint', 'out', {}],
  ['to_endpoint', 'in', {}],
  ['from_overlay', 'in', outer()],
];
const ROWS = HOOKS.flatMap((hook) => FAMILIES.map((family) => [hook[0], family, hook] as const));

describe.each(ROWS)('a fragmented datagram at %s, IPv%i', (program, family, [, way, beside]) => {
  beforeEach(() => stage.reset(program));
  const passes = (data: Buffer) => stage.see(program, { data, ...beside }).verdict !== SHOT;

  it.each([
    ['UDP', PROTOCOL.udp],
    ['TCP', PROTOCOL.tcp],
    ['an echo request', family === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6],
  ])('passes as a whole, in any order after its first: %s', (_name, protocol) => {
    const echo = protocol === PROTOCOL.icmp ? 0x0800 : 0x8000;
    const port = protocol === PROTOCOL.udp || protocol === PROTOCOL.tcp ? {} : { port: echo };
    const spec: FragmentedSpec = { family, way, protocol, ...port };
    expect(passes(piece(spec, 0, 64))).toBe(true);
    expect(passes(piece(spec, 128, null))).toBe(true);
    expect(passes(piece(spec, 64, 128))).toBe(true);
  });

  it('is judged by the ports of its first: two datagrams do not mix', () => {
    const closed = { family, way, protocol: PROTOCOL.tcp, port: 9, id: 2 };
    const open = { ...closed, port: 8080, id: 1 };
    expect(passes(piece(open, 0, 64))).toBe(true);
    expect(passes(piece(closed, 0, 64))).toBe(false);
    expect(passes(piece(closed, 64, null))).toBe(false);
    expect(passes(piece(open, 64, null))).toBe(true);
  });

  it('ends when the rule is withdrawn between two of them', () => {
    const spec = { family, way };
    expect(passes(piece(spec, 0, 64))).toBe(true);
    expect(passes(piece(spec, 64, 128))).toBe(true);
    stage.policy();
    expect(passes(piece(spec, 128, null))).toBe(false);
  });

  it('may begin anew with the same number; what follows is measured by the last first one', () => {
    const spec = { family, way };
    expect(passes(piece(spec, 0, 64))).toBe(true);
    expect(passes(piece(spec, 0, 128))).toBe(true);
    expect(passes(piece(spec, 64, 128))).toBe(false);
    expect(passes(piece(spec, 128, null))).toBe(true);
  });
});

it('an IPv6 packet that is its only fragment is no fragment', () => {
  stage.reset('from_endpoint');
  const whole = piece({ family: 6, protocol: PROTOCOL.udp }, 0, null);
  expect(stage.see('from_endpoint', { data: whole }).verdict).not.toBe(SHOT);
  expect(stage.bench.map('frag').entries().count).toBe(0);
});
