/** Ways past a policy that attacks on the programs have found, each closed. */
import { IpcacheFlag } from '@sluice/datapath';
import { NODE, PEER, REDIRECT, SHOT } from './bench.js';
import { Reason } from './cases/case.js';
import { piece } from './fragments.js';
import { advert, nd } from './neighbours.js';
import { TCP_ACK } from './packets.js';
import {
  FAMILIES,
  FRIEND,
  incoming,
  OTHER_NODE,
  outer,
  outgoing,
  PORT,
  rule,
  Stage,
  WORLD,
} from './stage.js';

const NODE_BEHIND_TUNNEL = IpcacheFlag.node | IpcacheFlag.tunnel;

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage[Symbol.dispose]());

/** a neighbour advertisement goes to the host only; else it carries data to anywhere past the policy. */
describe('a neighbour advertisement', () => {
  it.each([
    ['a policy that allows nothing', () => stage.policy()],
    ['a workload that is not ready', () => stage.bench.become(300, 0)],
  ])('to somebody outside is refused, with %s', (_what, prepare) => {
    stage.reset('from_endpoint');
    prepare();
    for (const destination of [WORLD[6], PEER[6], OTHER_NODE[6]]) {
      const data = advert({ destination, options: Buffer.alloc(800, 0x41) });
      expect(stage.see('from_endpoint', { data }).counted).toEqual([
        { reason: Reason.DROP_ND_FORBIDDEN, direction: 0 },
      ]);
    }
  });
});

/** RFC 6980: not behind a fragment header either, even if it is the only fragment. */
it.each([
  ['a question', nd],
  ['an answer', advert],
])('%s behind a fragment header is refused', (_what, message) => {
  stage.reset('from_endpoint');
  const data = message({ fragment: { id: 1, offset: 0, more: false } });
  expect(stage.see('from_endpoint', { data }).verdict).toBe(SHOT);
});

/** c612:2:: has the bytes of 198.18.0.2 and then zeros. */
it.each([
  ['a workload', PEER[4], FRIEND],
  ['a node', OTHER_NODE[4], 1],
])('an IPv6 tunnel source is not the IPv4 one with the same first bytes: %s', (_what, source, vni) => {
  stage.reset('from_overlay');
  stage.policy(rule({ direction: 'ingress', identity: 6 }), rule({ direction: 'ingress' }));
  const data = incoming({ family: 4, source });
  expect(stage.see('from_overlay', { data, ...outer('c612:2::', vni) }).verdict).toBe(SHOT);
});

/** to_node remembers no first fragment, so all that follow are orphans. */
it.each(FAMILIES)('a fragmented answer to this node passes as a whole, IPv%i', (family) => {
  stage.reset('from_overlay');
  const part = (from: number, to: number | null) => {
    const data = piece({ family, way: 'in' }, from, to);
    const [at, length] = family === 4 ? [30, 4] : [38, 16];
    outgoing({ family, destination: NODE[family] }).copy(data, at, at, at + length);
    return { data, ...outer() };
  };
  expect(stage.see('from_overlay', part(0, 64)).verdict).not.toBe(SHOT);
  expect(stage.see('from_overlay', part(64, null)).verdict).not.toBe(SHOT);
});

/** Outside the tunnel the other node's guard would drop it. */
it.each(FAMILIES)('a workload reaches another node through the tunnel, IPv%i', (family) => {
  stage.reset('from_overlay');
  stage.policy(rule({ identity: 6 }));
  stage.know(OTHER_NODE[family], family, { identity: 6, flags: NODE_BEHIND_TUNNEL, tunnel: OTHER_NODE[4] });
  const data = outgoing({ family, destination: OTHER_NODE[family] });
  expect(stage.see('from_endpoint', { data }).verdict).toBe(REDIRECT);
  // Seen from the other node.
  const arrives = incoming({ family, source: PEER[family], destination: NODE[family] });
  expect(stage.see('from_overlay', { data: arrives, ...outer() }).verdict).toBe(0);
  // And its answer, back here.
  const answer = incoming({
    family,
    source: OTHER_NODE[family],
    sourcePort: PORT,
    port: 40_000,
    flags: TCP_ACK,
  });
  expect(stage.see('from_overlay', { data: answer, ...outer(OTHER_NODE[4], 1) }).verdict).not.toBe(SHOT);
});

/** other nodes' hosts send to workloads through the tunnel (to_overlay); outside it the address proves nothing. */
it.each(FAMILIES)('a node’s address outside the tunnel is not believed in tunnel mode, IPv%i', (family) => {
  stage.reset('to_endpoint');
  stage.tunnelled();
  stage.policy(rule({ direction: 'ingress', identity: 6 }));
  const data = incoming({ family, source: OTHER_NODE[family] });
  expect(stage.see('to_endpoint', { data, ingressIfindex: 6 }).verdict).toBe(SHOT);
});

/** addresses that only a host has are no world. */
it.each([
  ['127.0.0.1', 4],
  ['::1', 6],
  ['fe80::1', 6],
] as const)('a policy that allows the world does not allow %s', (destination, family) => {
  stage.reset('from_endpoint');
  stage.policy(rule({ identity: family === 4 ? 9 : 10 }));
  expect(stage.see('from_endpoint', { data: outgoing({ family, destination }) }).verdict).toBe(SHOT);
});
