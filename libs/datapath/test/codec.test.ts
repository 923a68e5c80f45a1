import fc from 'fast-check';
import * as generated from '../src/generated/layout.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const u64 = fc.bigInt({ min: 0n, max: 0xffffffffffffffffn });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const addr = bytes(16);

const endpointValue = fc.record<generated.EndpointValue>({
  ifindex: u32,
  endpointId: u32,
  identity: u32,
  policyClass: u32,
  flags: u32,
  mac: bytes(6),
  hostMac: bytes(6),
});
const ctSide = fc.record<generated.CtSide>({
  epoch: u64,
  localIdentity: u32,
  peerIdentity: u32,
  cookie: u32,
  verdict: u32,
});

/** A struct's codec with values for it. */
interface Case<T> {
  readonly size: number;
  readonly encode: (value: T, buffer?: Buffer, offset?: number) => Buffer;
  readonly decode: (buffer: Buffer, offset?: number) => T;
  readonly values: fc.Arbitrary<T>;
}
const of = <T>(
  size: number,
  encode: Case<T>['encode'],
  decode: Case<T>['decode'],
  values: fc.Arbitrary<T>,
): Case<unknown> => ({ size, encode, decode, values }) as unknown as Case<unknown>;

const g = generated;
const CASES: Readonly<Record<string, Case<unknown>>> = {
  endpoint_key: of(20, g.encodeEndpointKey, g.decodeEndpointKey, fc.record({ addr, family: u32 })),
  endpoint_value: of(32, g.encodeEndpointValue, g.decodeEndpointValue, endpointValue),
  interface_value: of(
    96,
    g.encodeInterfaceValue,
    g.decodeInterfaceValue,
    fc.record({ addr4: addr, addr6: addr, gateway4: addr, gateway6: addr, endpoint: endpointValue }),
  ),
  ipcache_key: of(
    24,
    g.encodeIpcacheKey,
    g.decodeIpcacheKey,
    fc.record({ prefixlen: u32, family: u32, addr }),
  ),
  ipcache_value: of(
    28,
    g.encodeIpcacheValue,
    g.decodeIpcacheValue,
    fc.record({ identity: u32, flags: u32, tunnel: addr, encryptKey: u32 }),
  ),
  policy_key: of(
    12,
    g.encodePolicyKey,
    g.decodePolicyKey,
    fc.record({ prefixlen: u32, identity: u32, direction: u8, protocol: u8, port: u16 }),
  ),
  policy_entry: of(
    12,
    g.encodePolicyEntry,
    g.decodePolicyEntry,
    fc.record({ precedence: u32, cookie: u32, ruleSet: u16, verdict: u8, auth: u8 }),
  ),
  policy_class_value: of(
    40,
    g.encodePolicyClassValue,
    g.decodePolicyClassValue,
    fc.record({
      slot: u32,
      flags: u32,
      epoch: u64,
      defaultCookie: fc.tuple(u32, u32),
      stagedSlot: u32,
      stagedDefaultCookie: fc.tuple(u32, u32),
    }),
  ),
  infrastructure_key: of(
    24,
    g.encodeInfrastructureKey,
    g.decodeInfrastructureKey,
    fc.record({ addr, family: u32, port: u16, protocol: u8 }),
  ),
  ct4_key: of(
    16,
    g.encodeCt4Key,
    g.decodeCt4Key,
    fc.record({ addrA: u32, addrB: u32, portA: u16, portB: u16, protocol: u8 }),
  ),
  ct6_key: of(
    40,
    g.encodeCt6Key,
    g.decodeCt6Key,
    fc.record({ addrA: addr, addrB: addr, portA: u16, portB: u16, protocol: u8 }),
  ),
  ct_side: of(24, g.encodeCtSide, g.decodeCtSide, ctSide),
  ct_value: of(
    64,
    g.encodeCtValue,
    g.decodeCtValue,
    fc.record({ expires: u64, egress: ctSide, ingress: ctSide, flags: u32, charge: u32 }),
  ),
  break_glass: of(8, g.encodeBreakGlass, g.decodeBreakGlass, fc.record({ until: u64 })),
  half_open: of(
    36,
    g.encodeHalfOpen,
    g.decodeHalfOpen,
    fc.record({ newest: u32, count: fc.array(u32, { minLength: 8, maxLength: 8 }) }),
  ),
  frag_key: of(
    40,
    g.encodeFragKey,
    g.decodeFragKey,
    fc.record({ src: addr, dst: addr, id: u32, protocol: u8, family: u8 }),
  ),
  frag_value: of(
    16,
    g.encodeFragValue,
    g.decodeFragValue,
    fc.record({ expires: u64, sport: u16, dport: u16, firstLen: u16, byStack: u16 }),
  ),
  config: of(
    96,
    g.encodeConfig,
    g.decodeConfig,
    fc.record({
      flags: u32,
      vxlanIfindex: u32,
      underlayIfindex: u32,
      tunnelPort: u16,
      node4: addr,
      node6: addr,
      ctTcpEstablished: u64,
      ctTcpSyn: u64,
      ctTcpClosing: u64,
      ctOther: u64,
      hostMark: u32,
      hostMarkMask: u32,
      flowSample: u32,
      mtu: u32,
    }),
  ),
  metrics_value: of(16, g.encodeMetricsValue, g.decodeMetricsValue, fc.record({ packets: u64, bytes: u64 })),
  flow_event: of(
    88,
    g.encodeFlowEvent,
    g.decodeFlowEvent,
    fc.record({
      time: u64,
      epoch: u64,
      src: addr,
      dst: addr,
      srcIdentity: u32,
      dstIdentity: u32,
      cookie: u32,
      ifindex: u32,
      endpointId: u32,
      length: u32,
      sport: u16,
      dport: u16,
      type: u8,
      verdict: u8,
      reason: u8,
      hook: u8,
      family: u8,
      protocol: u8,
      tcpFlags: u8,
      flags: u8,
    }),
  ),
};

/** Plain arrays instead of views, so that values compare by content. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Buffer.from(value as Uint8Array).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

interface Layout {
  readonly size: number;
  readonly offsets: Readonly<Record<string, number>>;
}

/** The constants of the module that say where members stand. */
const layouts: readonly (readonly [string, Layout])[] = Object.entries<unknown>(generated).flatMap(
  ([name, value]) =>
    typeof value === 'object' && value !== null && 'offsets' in value
      ? [[name, value as Layout] as const]
      : [],
);

describe('generated codecs', () => {
  it('are all tested here, with the sizes that types.h asserts', () => {
    expect(layouts.map(([name, { size }]) => [name, size]).sort()).toEqual(
      Object.entries(CASES)
        .map(([name, { size }]) => [name, size])
        .sort(),
    );
  });

  it.each(Object.entries(CASES))(
    '%s: what is decoded is what was encoded, wherever it stands',
    (_name, codec) => {
      fc.assert(
        fc.property(codec.values, fc.nat(40), fc.nat(40), (value, before, after) => {
          const buffer = Buffer.alloc(before + codec.size + after, 0xa5);
          expect(codec.encode(value, buffer, before)).toBe(buffer);
          expect(plain(codec.decode(buffer, before))).toEqual(plain(value));
          const around = Buffer.concat([buffer.subarray(0, before), buffer.subarray(before + codec.size)]);
          expect(around.every((byte) => byte === 0xa5)).toBe(true);
          // Padding is zero, though there was something before: two encodings of one value are one key.
          expect(buffer.subarray(before, before + codec.size).equals(codec.encode(value))).toBe(true);
        }),
      );
    },
  );

  it.each(Object.entries(CASES))('%s: refuses a buffer that is too short', (_name, codec) => {
    const [value] = fc.sample(codec.values, 1);
    for (const [length, offset] of [
      [codec.size - 1, 0],
      [codec.size, 1],
      [codec.size, -1],
      [0, 0],
    ] as const) {
      expect(() => codec.encode(value, Buffer.alloc(length), offset)).toThrow(RangeError);
      expect(() => codec.decode(Buffer.alloc(length), offset)).toThrow(RangeError);
    }
  });

  it('write __be in network order and the rest in little-endian, at the offsets of C', () => {
    const key = g.encodePolicyKey({
      prefixlen: 0x40,
      identity: 0x01020304,
      direction: 1,
      protocol: 6,
      port: 0x1f90,
    });
    expect(key.toString('hex')).toBe('40000000' + '01020304' + '01' + '06' + '1f90');
    const entry = g.encodePolicyEntry({
      precedence: 0x01020304,
      cookie: 5,
      ruleSet: 0x0102,
      verdict: 2,
      auth: 0,
    });
    expect(entry.toString('hex')).toBe('04030201' + '05000000' + '0201' + '02' + '00');
    const ct = g.encodeCt4Key({ addrA: 0xc6120001, addrB: 0xc6120002, portA: 80, portB: 1, protocol: 6 });
    expect(ct.toString('hex')).toBe('c6120001' + 'c6120002' + '0050' + '0001' + '06' + '000000');
    const cls = g.encodePolicyClassValue({
      slot: 1,
      flags: 0,
      epoch: 0x0102030405060708n,
      defaultCookie: [9, 10],
      stagedSlot: 11,
      stagedDefaultCookie: [12, 13],
    });
    expect(cls.toString('hex')).toBe(
      '01000000' +
        '00000000' +
        '0807060504030201' +
        '09000000' +
        '0a000000' +
        '0b000000' +
        '0c000000' +
        '0d000000' +
        '00000000',
    );
  });

  it('refuse numbers and lengths that do not fit', () => {
    const key = { prefixlen: 1, identity: 1, direction: 1, protocol: 6, port: 80 };
    expect(() => g.encodePolicyKey({ ...key, port: 65_536 })).toThrow(/out of range/);
    expect(() => g.encodePolicyKey({ ...key, identity: -1 })).toThrow(/out of range/);
    expect(() => g.encodeMetricsValue({ packets: -1n, bytes: 0n })).toThrow(/out of range/);
    expect(() => g.encodeEndpointKey({ addr: Buffer.alloc(4), family: 4 })).toThrow(
      /addr has 16 bytes, got 4/,
    );
  });
});

describe('generated names', () => {
  it('have the numbers of C', () => {
    expect(g.SLUICE_LAYOUT_VERSION).toBe(2);
    expect([g.POLICY_PREFIX_ANY, g.POLICY_PREFIX_PROTO, g.POLICY_PREFIX_PORT]).toEqual([40, 48, 64]);
    expect(g.Reason.REASON_FORWARDED).toBe(0);
    expect(g.Reason.DROP_MULTICAST).toBe(33);
    expect(g.Identity.ID_CIDR_FLAG).toBe(1 << 24);
    expect(g.Hook).toEqual({
      HOOK_FROM_ENDPOINT: 1,
      HOOK_TO_ENDPOINT: 2,
      HOOK_FROM_OVERLAY: 3,
      HOOK_TO_OVERLAY: 4,
      HOOK_UNDERLAY: 5,
      HOOK_FROM_HOST: 6,
    });
  });
});
