import { encodeFlowEvent, type FlowEvent } from './generated/layout.js';
import { flowKey, tellsDenial } from './flow-key.js';

const event: FlowEvent = {
  time: 1n,
  epoch: 1n,
  src: new Uint8Array(16),
  dst: new Uint8Array(16),
  srcIdentity: 256,
  dstIdentity: 257,
  cookie: 7,
  ifindex: 3,
  endpointId: 12,
  length: 60,
  sport: 40000,
  dport: 8080,
  type: 1,
  verdict: 1,
  reason: 0,
  hook: 2,
  family: 4,
  protocol: 6,
  tcpFlags: 2,
  flags: 2,
};
const key = (over: Partial<FlowEvent> = {}) => flowKey(encodeFlowEvent({ ...event, ...over }));

describe('flowKey', () => {
  it('leaves out what differs between connections alike', () => {
    const other = {
      time: 9n,
      sport: 50000,
      src: new Uint8Array(16).fill(1),
      ifindex: 9,
      length: 1500,
      endpointId: 3,
    };
    expect(key(other)).toBe(key());
  });
  it.each([
    { srcIdentity: 300 },
    { dstIdentity: 300 },
    { cookie: 8 },
    { dport: 8081 },
    { type: 3 },
    { type: 2, reason: 1 },
    { protocol: 17 },
    { family: 6 },
    { flags: 0 },
  ])('tells %j apart', (over) => expect(key(over)).not.toBe(key()));
  it('takes the port of the sender where the packet is an answer: its receiver has a new one each time', () => {
    const reply = { flags: 1, sport: 8080 };
    expect(key({ ...reply, dport: 40001 })).toBe(key({ ...reply, dport: 40002 }));
    expect(key({ ...reply, sport: 8081 })).not.toBe(key(reply));
  });
  it('is nothing where no policy decided', () => {
    expect(key({ type: 2, reason: 26 })).toBeNull();
    expect(key({ type: 2, reason: 2 })).not.toBeNull();
  });
});
it('tells denials from the rest', () => {
  expect(tellsDenial(encodeFlowEvent(event))).toBe(false);
  expect(tellsDenial(encodeFlowEvent({ ...event, type: 2, reason: 2 }))).toBe(true);
});
