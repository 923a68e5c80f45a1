import type { Random } from '@sluice/policy/testing/worlds';
import { GATEWAY, NODE, PEER, SHOT, WORKLOAD, type Beside } from './bench.js';
import { objection, type Expectation, type Remembered } from './explain.js';
import { mutate, MUTATIONS, MUTATIONS_MS, seeded } from './mutate.js';
import { address, packet, PROTOCOL, TCP_ACK, TCP_SYN, type Family } from './packets.js';
import { FAMILIES, FRIEND, OTHER_NODE, outer, PORT, rule, Stage, WORLD } from './stage.js';

const hex = (text: string, family: Family) => address(text, family).toString('hex');
const both = (of: Readonly<Record<Family, string>>) => ({ 4: hex(of[4], 4), 6: hex(of[6], 6) });

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage[Symbol.dispose]());

/** TCP to the one port, with mistakes. */
function mistaken(r: Random, source: Readonly<Record<Family, string>>, destination: typeof source): Buffer {
  const family = r.pick(FAMILIES);
  const original = packet({
    sourceMac: GATEWAY.mac,
    destinationMac: WORKLOAD.mac,
    source: source[family],
    destination: destination[family],
    family,
    protocol: PROTOCOL.tcp,
    sourcePort: r.int(1024, 65535),
    port: PORT,
    flags: r.pick([TCP_SYN, TCP_ACK]),
    payload: Buffer.alloc(r.pick([0, 4, 12, 44])),
  });
  return mutate(r, original);
}

/** The outer header that the friend's packets have, more often than not. */
function someOuter(r: Random): { readonly beside: Beside; readonly right: boolean } {
  if (r.int(0, 9) < 7) return { beside: outer(), right: true };
  const wrong: readonly Beside[] = [
    {},
    outer(OTHER_NODE[6]),
    outer(NODE[4]),
    outer('198.18.0.3'),
    ...[0, 1, 2, 6, 11, 255, FRIEND + 1, 1 << 24, (1 << 24) + FRIEND].map((vni) => outer(OTHER_NODE[4], vni)),
  ];
  return { beside: r.pick(wrong), right: false };
}

/** What is for this node itself is the stack's business: no workload's policy is asked. */
const forNode = (data: Buffer) =>
  data.readUInt16BE(12) === 0x0800
    ? data.toString('hex', 30, 34) === hex(NODE[4], 4)
    : data.toString('hex', 38, 54) === hex(NODE[6], 6);

describe('from_overlay', () => {
  it(
    `lets nothing pass of ${MUTATIONS} mutated packets that the one rule and the outer header do not explain`,
    () => {
      stage.reset('from_overlay');
      stage.policy(rule({ direction: 'ingress' }));
      const expected: Expectation = {
        sourceMac: null,
        source: both(PEER),
        destination: both(WORKLOAD),
        port: PORT,
      };
      const r = seeded(3);
      const remembered: Remembered = new Set();
      let passed = 0;
      for (let i = 0; i < MUTATIONS; i += 1) {
        const data = mistaken(r, PEER, WORKLOAD);
        const { beside, right } = someOuter(r);
        const { verdict } = stage.bench.test('from_overlay', data, beside);
        if (verdict === SHOT) continue;
        passed += 1;
        const why = !right
          ? 'the outer header'
          : forNode(data)
            ? null
            : objection(data, expected, remembered);
        if (why !== null)
          throw new Error(`packet ${i} passed (${verdict}) in spite of ${why}: ${data.toString('hex')}`);
      }
      // Mutations that hit nothing of importance leave a packet that the rule allows: those must pass, or nothing was tested.
      expect(passed).toBeGreaterThan(MUTATIONS / 20);
      expect(passed).toBeLessThan(MUTATIONS / 3);
      process.stdout.write(
        `from_overlay: ${passed} of ${MUTATIONS} mutated packets passed, each explained\n`,
      );
    },
    MUTATIONS_MS,
  );
});

/** Whether the guard must drop it: read from the bytes, by the list of who never sends from outside. */
function guarded(data: Buffer): boolean {
  const never = [WORKLOAD, NODE, PEER].map(both);
  const type = data.readUInt16BE(12);
  if (type === 0x0800) return never.some((who) => who[4] === data.toString('hex', 26, 30));
  if (type === 0x86dd) return never.some((who) => who[6] === data.toString('hex', 22, 38));
  return false;
}

describe('to_host', () => {
  it(
    `drops of ${MUTATIONS} mutated packets those that nobody outside may send, and no other`,
    () => {
      stage.reset('to_host');
      const r = seeded(4);
      let dropped = 0;
      for (let i = 0; i < MUTATIONS; i += 1) {
        const data = mistaken(r, r.pick([WORKLOAD, NODE, PEER, OTHER_NODE, WORLD]), NODE);
        const { verdict } = stage.bench.test('to_host', data);
        if (verdict === SHOT) dropped += 1;
        if ((verdict === SHOT) !== guarded(data))
          throw new Error(`packet ${i}: ${verdict} is wrong for ${data.toString('hex')}`);
      }
      expect(dropped).toBeGreaterThan(MUTATIONS / 5);
      expect(dropped).toBeLessThan((MUTATIONS * 3) / 5);
      process.stdout.write(`to_host: ${dropped} of ${MUTATIONS} mutated packets dropped, each explained\n`);
    },
    MUTATIONS_MS,
  );
});
