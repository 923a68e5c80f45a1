import { parsePrefix, type PolicyEntry } from '@sluice/datapath';
import { Random } from '@sluice/policy/testing/worlds';
import { GATEWAY, PEER, ProgramBench, SHOT, WORKLOAD } from './bench.js';
import { objection, type Expectation, type Remembered } from './explain.js';
import { packet, TCP_ACK, TCP_SYN } from './packets.js';

const MUTATIONS = 100_000;
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

/** Byte offsets worth hitting more often than others: the headers. */
const HEADERS = 14 + 40 + 8 + 20;
/** The kernel does not run a program on a frame that is shorter than its Ethernet and IP headers (net/bpf/test_run.c). */
const SHORTEST = 14 + 40;
const BYTES = [0, 1, 2, 4, 5, 6, 8, 17, 44, 58, 60, 64, 0x45, 0x46, 0x60, 0x7f, 0x80, 0xff];

/** One to four of: a flipped bit, a byte of meaning, a cut, an added tail, an inserted IPv6 fragment header. */
function mutate(r: Random, original: Buffer): Buffer {
  let data = Buffer.from(original);
  for (let n = r.int(1, 4); n > 0; n -= 1) {
    const at = r.int(0, Math.min(HEADERS, data.length) - 1);
    const kind = r.int(0, 9);
    if (kind < 4) data.writeUInt8(data.readUInt8(at) ^ (1 << r.int(0, 7)), at);
    else if (kind < 7) data.writeUInt8(r.pick(BYTES), at);
    else if (kind === 7) data = data.subarray(0, r.int(Math.min(SHORTEST, data.length), data.length));
    else if (kind === 8) data = Buffer.concat([data, Buffer.alloc(r.int(1, 64), r.int(0, 255))]);
    else data = fragmented(r, data);
  }
  return data;
}

/** Makes it a fragment, well-formed more often than not. */
function fragmented(r: Random, data: Buffer): Buffer {
  const type = data.length >= 62 ? data.readUInt16BE(12) : 0;
  const offset = r.pick([0, 0, 1, 2, 3, 100]);
  const copy = Buffer.from(data);
  if (type === 0x0800) {
    copy.writeUInt16BE(r.int(1, 3), 18);
    copy.writeUInt16BE(offset | r.pick([0, 0x2000]), 20);
    return copy;
  }
  if (type !== 0x86dd) return copy;
  const header = Buffer.from([copy.readUInt8(20), 0, 0, 0, 0, 0, 0, r.int(1, 3)]);
  header.writeUInt16BE((offset << 3) | r.int(0, 1), 2);
  copy.writeUInt8(44, 20);
  copy.writeUInt16BE((copy.readUInt16BE(18) + 8) & 0xffff, 18);
  return Buffer.concat([copy.subarray(0, 54), header, copy.subarray(54)]);
}

describe.each(['from_endpoint', 'to_endpoint'] as const)('%s', (program) => {
  it(`lets nothing pass of ${MUTATIONS / 2} mutated packets that the one rule does not explain`, () => {
    using bench = new ProgramBench();
    bench.become(SUBJECT);
    const entries = [rule('egress'), rule('ingress')];
    bench.datapath.policy.put({
      policyClass: SUBJECT,
      form: { entries, defaultCookies: [1, 2] },
      inPlace: null,
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
    const r = new Random(sends ? 1 : 2);
    const remembered: Remembered = new Set();
    let passed = 0;
    for (let i = 0; i < MUTATIONS / 2; i += 1) {
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
    expect(passed).toBeGreaterThan(MUTATIONS / 20);
    expect(passed).toBeLessThan(MUTATIONS / 3);
    process.stdout.write(
      `${program}: ${passed} of ${MUTATIONS / 2} mutated packets passed, each explained\n`,
    );
  }, 120_000);
});
