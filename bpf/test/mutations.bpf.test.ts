import { parsePrefix, type PolicyEntry } from '@sluice/datapath';
import { GATEWAY, PEER, ProgramBench, SHOT, WORKLOAD } from './bench.js';
import { objection, type Expectation, type Remembered } from './explain.js';
import { mutate, MUTATIONS, MUTATIONS_MS, seeded } from './mutate.js';
import { packet, TCP_ACK, TCP_SYN } from './packets.js';

const SUBJECT = 300;
const FRIEND = 301;
const PORT = 8080;

const rule = (direction: 'egress' | 'ingress'): PolicyEntry => ({
  identity: FRIEND,
  direction,
  protocol: 6,
  port: PORT,
  portBits: 16,
  deny: false,
  precedence: 1000,
  cookie: 7,
  ruleSet: 0,
  auth: 0,
});
const text = (address: string, family: 4 | 6) =>
  parsePrefix(address)
    .bytes.subarray(0, family === 4 ? 4 : 16)
    .toString('hex');
const both = (of: Readonly<Record<4 | 6, string>>) => ({ 4: text(of[4], 4), 6: text(of[6], 6) });

describe.each(['from_endpoint', 'to_endpoint'] as const)('%s', (program) => {
  it(
    `lets nothing pass of ${MUTATIONS} mutated packets that the one rule does not explain`,
    () => {
      using bench = new ProgramBench();
      bench.become(SUBJECT);
      const entries = [rule('egress'), rule('ingress')];
      bench.datapath.policy.put({
        policyClass: SUBJECT,
        form: { entries, defaultCookies: [1, 2] },
      });
      for (const [family, bits] of [
        [4, 32],
        [6, 128],
      ] as const)
        bench.datapath.ipcache.set(`${PEER[family]}/${bits}`, {
          identity: FRIEND,
          flags: 0,
          tunnel: null,
          encryptKey: 0,
        });
      const sends = program === 'from_endpoint';
      const [from, to] = sends ? [WORKLOAD, PEER] : [PEER, WORKLOAD];
      const sourceMac = sends ? WORKLOAD.mac : GATEWAY.mac;
      const expected: Expectation = {
        sourceMac: sends ? WORKLOAD.mac : null,
        source: both(from),
        destination: both(to),
        port: PORT,
      };
      const r = seeded(sends ? 1 : 2);
      const remembered: Remembered = new Set();
      let passed = 0;
      for (let i = 0; i < MUTATIONS; i += 1) {
        const family = r.pick([4, 6] as const);
        const original = packet({
          sourceMac,
          destinationMac: sends ? GATEWAY.mac : WORKLOAD.mac,
          source: from[family],
          destination: to[family],
          family,
          protocol: 6,
          sourcePort: r.int(1024, 65535),
          port: PORT,
          flags: r.pick([TCP_SYN, TCP_ACK]),
          payload: Buffer.alloc(r.pick([0, 4, 12, 44])),
        });
        const data = mutate(r, original);
        const verdict = bench.run(program, data);
        if (verdict === SHOT) continue;
        passed += 1;
        const why = objection(data, expected, remembered);
        if (why !== null)
          throw new Error(`packet ${i} passed (${verdict}) in spite of ${why}: ${data.toString('hex')}`);
      }
      // Mutations that hit nothing of importance leave a packet that the rule allows: those must pass, or nothing was tested.
      expect(passed).toBeGreaterThan(MUTATIONS / 10);
      expect(passed).toBeLessThan((MUTATIONS * 2) / 3);
      process.stdout.write(`${program}: ${passed} of ${MUTATIONS} mutated packets passed, each explained\n`);
    },
    MUTATIONS_MS,
  );
});
