import { SHOT } from './bench.js';
import { ERRORS, icmpError, icmpOf } from './icmp-errors.js';
import { PROTOCOL } from './packets.js';
import { FAMILIES, incoming, outer, outgoing, OTHER_NODE, Stage, WORLD } from './stage.js';

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage[Symbol.dispose]());

const UDP = { protocol: PROTOCOL.udp };
const PROTOCOLS = [
  ['TCP', PROTOCOL.tcp],
  ['UDP', PROTOCOL.udp],
] as const;

describe.each(FAMILIES)('an ICMP error, IPv%i', (family) => {
  beforeEach(() => stage.reset('from_endpoint'));
  const passes = (program: 'from_endpoint' | 'to_endpoint', data: Buffer) =>
    stage.see(program, { data }).verdict !== SHOT;

  it.each(PROTOCOLS)('comes back about what the workload sent, of each type: %s', (_name, protocol) => {
    expect(passes('from_endpoint', outgoing({ family, protocol }))).toBe(true);
    for (const type of ERRORS[family]) {
      const error = icmpError({ family, from: 'outside', type, quoted: { protocol } });
      expect([type, passes('to_endpoint', error)]).toEqual([type, true]);
    }
  });

  it.each(PROTOCOLS)('goes out about what the workload got: %s', (_name, protocol) => {
    expect(passes('to_endpoint', incoming({ family, protocol }))).toBe(true);
    for (const type of ERRORS[family]) {
      const error = icmpError({ family, from: 'workload', type, quoted: { protocol } });
      expect([type, passes('from_endpoint', error)]).toEqual([type, true]);
    }
  });

  it('passes about an answer, too', () => {
    expect(passes('to_endpoint', incoming({ family, ...UDP }))).toBe(true);
    const quoted = { sourcePort: 8080, port: 40_000 };
    expect(passes('to_endpoint', icmpError({ family, from: 'outside', quoted }))).toBe(true);
  });

  it('passes about an echo request', () => {
    const echo = { protocol: icmpOf(family), port: family === 4 ? 0x0800 : 0x8000 };
    expect(passes('from_endpoint', outgoing({ family, ...echo }))).toBe(true);
    expect(passes('to_endpoint', icmpError({ family, from: 'outside', quoted: echo }))).toBe(true);
  });

  it('may be said by a router on the way', () => {
    expect(passes('from_endpoint', outgoing({ family, ...UDP }))).toBe(true);
    const data = icmpError({ family, from: 'outside', source: WORLD[family] });
    expect(passes('to_endpoint', data)).toBe(true);
  });

  it('keeps nothing alive and opens nothing', () => {
    expect(passes('from_endpoint', outgoing({ family, ...UDP }))).toBe(true);
    const map = stage.bench.map(family === 4 ? 'ct4' : 'ct6');
    const before = map.entries();
    expect(before.count).toBe(1);
    expect(passes('to_endpoint', icmpError({ family, from: 'outside' }))).toBe(true);
    const after = map.entries();
    expect(after.count).toBe(1);
    expect(after.values.equals(before.values)).toBe(true);
  });

  it('comes through the tunnel from the other node', () => {
    stage.reset('from_overlay');
    expect(passes('from_endpoint', outgoing({ family, ...UDP }))).toBe(true);
    const said = { data: icmpError({ family, from: 'outside' }), ...outer() };
    expect(stage.see('from_overlay', said).verdict).not.toBe(SHOT);
    expect(stage.see('from_overlay', { ...said, ...outer(OTHER_NODE[6]) }).verdict).toBe(SHOT);
  });
});
