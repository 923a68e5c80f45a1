import { LOOPBACK, SHOT } from './bench.js';
import { Reason } from './cases/case.js';
import { PROTOCOL, TCP_ACK, TCP_SYN, type Family } from './packets.js';
import { FAMILIES, incoming, outgoing, POLICY, PORT, Stage } from './stage.js';

/** HALF_OPEN_MAX in bpf/lib/half_open.h. */
const MAX = 131_072;
const SLOTS = 8;
/** Where a connection keeps the slot that it counts in. */
const CHARGE_OFFSET = 60;
const CHARGE_SLOT_SHIFT = 17;
const [EGRESS, INGRESS] = [0, 1];
const UDP = { protocol: PROTOCOL.udp };

let stage: Stage;
/** Each test is another workload: nobody counts for it yet. */
let endpointId = 10;
beforeAll(() => {
  stage = new Stage();
});
beforeEach(() => {
  stage.reset('from_endpoint');
  const { interfaces } = stage.bench.datapath;
  const value = interfaces.get(LOOPBACK)!;
  interfaces.set(LOOPBACK, { ...value, endpoint: { ...value.endpoint, endpointId: ++endpointId } });
});
afterAll(() => stage[Symbol.dispose]());

const keyOf = (direction: number): Buffer => {
  const key = Buffer.alloc(4);
  key.writeUInt32LE(endpointId * 2 + direction);
  return key;
};
/** Slots of the workload as the kernel has them. */
const counted = (direction = EGRESS): number => {
  const value = stage.bench.map('half_open').get(keyOf(direction))!;
  let sum = 0;
  for (let i = 1; i <= SLOTS; i += 1) sum += value.readUInt32LE(i * 4);
  return sum;
};
/** As if so many slots of time had passed. */
function later(slots: number): void {
  const map = stage.bench.map('half_open');
  const value = map.get(keyOf(EGRESS))!;
  const newest = value.readUInt32LE(0);
  const moved = Buffer.alloc(value.length);
  moved.writeUInt32LE(newest - slots);
  for (let i = 0; i < SLOTS; i += 1) {
    const to = (((newest - slots - i) % SLOTS) + SLOTS) % SLOTS;
    moved.writeUInt32LE(value.readUInt32LE(4 + ((newest - i) % SLOTS) * 4), 4 + to * 4);
  }
  map.update(keyOf(EGRESS), moved);
  for (const name of ['ct4', 'ct6']) {
    const connections = stage.bench.map(name);
    const { keys, values, count } = connections.entries();
    for (let i = 0; i < count; i += 1) {
      const at = i * connections.valueSize + CHARGE_OFFSET;
      values.writeUInt32LE(values.readUInt32LE(at) - slots * 2 ** CHARGE_SLOT_SHIFT, at);
    }
    if (count > 0) connections.updateBatch(keys, values);
  }
}

const sends = (family: Family, sourcePort: number, over = {}) =>
  stage.bench.run('from_endpoint', outgoing({ family, sourcePort, ...UDP, ...over }));
const answers = (family: Family, port: number, over = {}) =>
  stage.bench.run('to_endpoint', incoming({ family, sourcePort: PORT, port, ...UDP, ...over }));
const opens = (family: Family, sourcePort: number) =>
  stage.bench.run('to_endpoint', incoming({ family, sourcePort, ...UDP }));
/** As many as may be: some that are there, and the number of all. */
function flood(family: Family): void {
  for (let i = 0; i < 100; i += 1) sends(family, 20_000 + i);
  const map = stage.bench.map('half_open');
  const value = map.get(keyOf(EGRESS))!;
  const at = 4 + (value.readUInt32LE(0) % SLOTS) * 4;
  value.writeUInt32LE(value.readUInt32LE(at) + MAX - counted(), at);
  map.update(keyOf(EGRESS), value);
}

describe.each(FAMILIES)('connections without an answer, IPv%i', (family) => {
  it('are so many and no more; what is there goes on, and what comes from others begins', () => {
    sends(family, 1_000);
    expect(answers(family, 1_000)).not.toBe(SHOT);
    flood(family);
    expect(counted()).toBe(MAX);
    const { verdict, counted: why } = stage.see('from_endpoint', {
      data: outgoing({ family, sourcePort: 5_000, ...UDP }),
    });
    expect([verdict, why]).toEqual([SHOT, [{ reason: Reason.DROP_CT_FULL, direction: 0 }]]);
    expect(sends(family, 5_001, { protocol: PROTOCOL.tcp })).toBe(SHOT);
    // The answered one, one of those that wait, and a new one from outside.
    expect(sends(family, 1_000)).not.toBe(SHOT);
    expect(answers(family, 1_000)).not.toBe(SHOT);
    expect(sends(family, 20_007)).not.toBe(SHOT);
    expect(opens(family, 40_000)).not.toBe(SHOT);
    expect([counted(), counted(INGRESS)]).toEqual([MAX, 1]);
  });

  it('an answer makes room for one, once', () => {
    flood(family);
    for (let i = 0; i < 3; i += 1) expect(answers(family, 20_000)).not.toBe(SHOT);
    expect(counted()).toBe(MAX - 1);
    expect(sends(family, 5_000)).not.toBe(SHOT);
    expect(sends(family, 5_001)).toBe(SHOT);
  });

  it('are forgotten by themselves, and a late answer takes nothing from those that came after', () => {
    for (let i = 0; i < 100; i += 1) sends(family, 20_000 + i);
    later(SLOTS - 1);
    for (let i = 0; i < 10; i += 1) sends(family, 30_000 + i);
    expect(counted()).toBe(110);
    later(1);
    sends(family, 31_000);
    expect(counted()).toBe(11);
    // Their slot has been another one's since.
    for (let i = 0; i < 100; i += 1) answers(family, 20_000 + i);
    expect(counted()).toBe(11);
  });

  it('a repeated SYN counts once; its answer, an acceptance or a refusal, ends it', () => {
    const tcp = { protocol: PROTOCOL.tcp };
    for (let i = 0; i < 5; i += 1) sends(family, 2_000, tcp);
    sends(family, 2_001, tcp);
    expect(counted()).toBe(2);
    expect(answers(family, 2_000, { ...tcp, flags: TCP_SYN | TCP_ACK })).not.toBe(SHOT);
    expect(counted()).toBe(1);
    expect(answers(family, 2_001, { ...tcp, flags: 0x14 })).not.toBe(SHOT);
    expect(counted()).toBe(0);
    // The same ports again: a new one.
    sends(family, 2_000, tcp);
    expect(counted()).toBe(1);
  });

  it('what the policy forbids is not counted', () => {
    expect(sends(family, 3_000, { protocol: PROTOCOL.tcp, port: PORT + 1 })).toBe(SHOT);
    expect(counted()).toBe(0);
  });

  it('one that is judged anew stays counted, and its answer ends it', () => {
    sends(family, 4_000);
    stage.policy();
    expect(sends(family, 4_000)).toBe(SHOT);
    stage.policy(...POLICY);
    expect(sends(family, 4_000)).not.toBe(SHOT);
    expect(counted()).toBe(1);
    expect(answers(family, 4_000)).not.toBe(SHOT);
    expect(counted()).toBe(0);
  });
});
