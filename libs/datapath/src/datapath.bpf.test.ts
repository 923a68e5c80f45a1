import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { native } from '@sluice/native';
import { Datapath, type DatapathOptions } from './datapath.js';
import { EpochCounter } from './epoch.js';
import type { Alarm } from './errors.js';
import { ClassFlag, EndpointFlag, type EndpointEntry, type PolicyEntry } from './model.js';
import type { ClassChange, ClassForm, Writes } from './policy-maps.js';

const bpfDir = join(import.meta.dirname, '../../../bpf/build');
const SIZES = { ct4: 1024, ct6: 1024, ipcache: 64, policy: 64, policy_classes: 64 };
let folder: string;
let alarms: Alarm[];

const open = (over: Partial<DatapathOptions> = {}): Datapath =>
  Datapath.open({
    native,
    bpffs: join(folder, 'bpf'),
    instance: 'test',
    bpfDir,
    attach: 'auto',
    sizes: SIZES,
    onAlarm: (alarm) => alarms.push(alarm),
    ...over,
  });

const entry = (over: Partial<PolicyEntry> = {}): PolicyEntry => ({
  identity: 256,
  direction: 'ingress',
  protocol: 6,
  port: 8080,
  portBits: 16,
  deny: false,
  precedence: 1000,
  cookie: 7,
  ruleSet: 0,
  auth: 0,
  ...over,
});
const form = (...entries: PolicyEntry[]): ClassForm => ({ entries, defaultCookies: [1, 2] });
const put = (datapath: Datapath, policyClass: number, wanted: ClassForm): boolean =>
  datapath.policy.put({ policyClass, form: wanted });

const change = (
  datapath: Datapath,
  writes: Writes,
  over: Partial<Omit<ClassChange, 'policyClass' | 'writes'>> = {},
): boolean =>
  datapath.policy.change({
    policyClass: 300,
    writes,
    inPlace: true,
    defaultCookies: [1, 2],
    staged: null,
    ...over,
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-datapath-'));
  alarms = [];
});
afterEach(() => {
  if (existsSync(join(folder, 'bpf'))) execFileSync('umount', [join(folder, 'bpf')]);
  rmSync(folder, { recursive: true, force: true });
});

describe('policy slots', () => {
  it('flips a class to a new slot with a new epoch, and clears the old slot later', () => {
    using datapath = open();
    expect(datapath.policy.spare).toBeGreaterThanOrEqual(8);
    expect(put(datapath, 300, form(entry()))).toBe(true);
    const first = datapath.policy.state(300)!;
    expect(first).toMatchObject({ flags: 0, defaultCookies: [1, 2] });
    expect(put(datapath, 300, form(entry({ port: 9090 })))).toBe(true);
    const second = datapath.policy.state(300)!;
    expect(second.slot).not.toBe(first.slot);
    expect(second.epoch).toBeGreaterThan(first.epoch);
    expect(datapath.policy.entries(300)).toEqual([entry({ port: 9090 })]);
  });

  it('writes nothing where the kernel has it already', () => {
    using datapath = open();
    put(datapath, 300, form(entry()));
    const before = datapath.epoch;
    expect(put(datapath, 300, form(entry()))).toBe(false);
    expect(datapath.epoch).toBe(before);
  });

  it('changes in place without a new slot, and raises the epoch', () => {
    using datapath = open();
    put(datapath, 300, form(entry()));
    const before = datapath.policy.state(300)!;
    const added = entry({ identity: 257 });
    expect(change(datapath, [{ op: 'put', entry: added }])).toBe(true);
    const after = datapath.policy.state(300)!;
    expect(after.slot).toBe(before.slot);
    expect(after.epoch).toBe(before.epoch + 1n);
    expect(datapath.policy.entries(300)).toHaveLength(2);
  });

  it('swaps a change in that is not safe write by write, with what it leaves alone', () => {
    using datapath = open();
    put(datapath, 300, form(entry({ port: 1 }), entry({ port: 2 })));
    const before = datapath.policy.state(300)!;
    const writes = [
      { op: 'put', entry: entry({ port: 3 }) },
      { op: 'delete', entry: entry({ port: 1 }) },
    ] as const;
    change(datapath, writes, { inPlace: false });
    const after = datapath.policy.state(300)!;
    expect(after.slot).not.toBe(before.slot);
    expect(after.epoch).toBe(before.epoch + 1n);
    const ports = () => datapath.policy.entries(300).map(({ port }) => port);
    expect(ports().sort()).toEqual([2, 3]);
    datapath.policy.refresh();
    expect(ports().sort()).toEqual([2, 3]);
  });

  it('swaps where new entries do not fit beside those that they stand in for', () => {
    using datapath = open({ policyCeiling: 2 });
    put(datapath, 300, form(entry({ port: 1 }), entry({ port: 2 })));
    const { slot } = datapath.policy.state(300)!;
    const put1 = { op: 'put', entry: entry({ port: 3 }) } as const;
    change(datapath, [put1, { op: 'delete', entry: entry({ port: 1 }) }]);
    expect(datapath.policy.state(300)).toMatchObject({ flags: 0 });
    expect(datapath.policy.state(300)!.slot).not.toBe(slot);
    expect(alarms).toEqual([]);
  });

  it('raises the epoch where only what stands for nothing matched changes, and does nothing where nothing does', () => {
    using datapath = open();
    put(datapath, 300, form(entry()));
    const { slot, defaultCookies } = datapath.policy.state(300)!;
    expect(change(datapath, [], { defaultCookies })).toBe(false);
    const { epoch } = datapath;
    expect(change(datapath, [], { defaultCookies: [77, 78] })).toBe(true);
    expect(datapath.policy.state(300)).toMatchObject({ slot, defaultCookies: [77, 78], epoch: epoch + 1n });
    expect([...datapath.policy.cookies()].sort()).toEqual([entry().cookie, 77, 78, 0].sort());
  });

  it('changes what is staged by what changes of it, in a map of its own, and takes it away', () => {
    using datapath = open();
    put(datapath, 300, form(entry()));
    const staged = (...writes: Writes) => ({ writes, defaultCookies: [5, 6] as const });
    const put1 = { op: 'put', entry: entry({ port: 1 }) } as const;
    expect(change(datapath, [], { staged: staged(put1) })).toBe(true);
    const first = datapath.policy.state(300)!;
    expect(first).toMatchObject({ flags: ClassFlag.staged, stagedDefaultCookies: [5, 6] });
    expect(change(datapath, [], { staged: staged() })).toBe(false);
    expect(change(datapath, [], { staged: staged({ op: 'put', entry: entry({ port: 2 }) }) })).toBe(true);
    expect(datapath.policy.refresh()).toEqual([]);
    expect(datapath.policy.state(300)!.stagedSlot).not.toBe(first.stagedSlot);
    expect(datapath.policy.state(300)!.slot).toBe(first.slot);
    expect(change(datapath, [])).toBe(true);
    expect(datapath.policy.state(300)).toMatchObject({ flags: 0, stagedSlot: 0 });
  });

  it('refuses a change of a class that is locked down: what it holds is not what was written', () => {
    using datapath = open({ policyCeiling: 1 });
    put(datapath, 300, form(entry({ port: 1 }), entry({ port: 2 })));
    expect(datapath.policy.isWhole(300)).toBe(false);
    expect(() => change(datapath, [])).toThrow(/not in the kernel/);
    put(datapath, 300, form(entry()));
    expect(datapath.policy.isWhole(300)).toBe(true);
  });

  it('locks a class down that does not fit, and opens it again when it does', () => {
    using datapath = open({ policyCeiling: 4 });
    const many = Array.from({ length: 5 }, (_, i) => entry({ port: i + 1 }));
    put(datapath, 300, form(entry()));
    const before = datapath.policy.state(300)!;
    put(datapath, 300, form(...many));
    expect(datapath.policy.state(300)).toMatchObject({ flags: ClassFlag.lockdown });
    expect(datapath.policy.state(300)!.epoch).toBeGreaterThan(before.epoch);
    expect(datapath.policy.entries(300)).toEqual([]);
    expect(alarms[0]).toMatchObject({ kind: 'policy-overflow', subject: '300' });
    put(datapath, 300, form(entry()));
    expect(datapath.policy.state(300)).toMatchObject({ flags: 0 });
  });

  it('locks down, and throws, when every slot is taken', () => {
    using datapath = open({ sizes: { ...SIZES, policy: 12 } });
    for (let i = 0; i < 11; i++) put(datapath, 300 + i, form(entry()));
    expect(() => put(datapath, 400, form(entry()))).toThrow(/slots are in use/);
    expect(datapath.policy.state(400)).toMatchObject({ flags: ClassFlag.lockdown });
  });

  it('refuses an entry without a cookie and two entries with one key', () => {
    using datapath = open();
    expect(() => put(datapath, 300, form(entry({ cookie: 0 })))).toThrow(/cookie/);
    expect(() => put(datapath, 301, form(entry(), entry({ deny: true })))).toThrow(/one key/);
  });

  it('repairs what others changed after a refresh', () => {
    using datapath = open();
    put(datapath, 300, form(entry()));
    const outer = native.openPinnedMap(join(datapath.pins, 'policy'));
    const key = Buffer.alloc(4);
    key.writeUInt32LE(datapath.policy.state(300)!.slot);
    using inner = native.openMapById(outer.get(key)!.readUInt32LE());
    inner.delete(inner.entries().keys);
    outer[Symbol.dispose]();
    expect(put(datapath, 300, form(entry()))).toBe(false);
    expect(datapath.policy.refresh()).toEqual([300]);
    expect(datapath.policy.refresh()).toEqual([]);
    expect(put(datapath, 300, form(entry()))).toBe(true);
    expect(datapath.policy.entries(300)).toEqual([entry()]);
  });
});

describe('take-over', () => {
  it('finds classes, epoch and maps of the agent before, and writes nothing', () => {
    const first = open();
    put(first, 300, form(entry(), entry({ identity: 257, deny: true })));
    first.ipcache.set('198.18.64.0/24', { identity: 11, flags: 1, tunnel: '198.18.0.2', encryptKey: 0 });
    const state = first.policy.state(300)!;
    first[Symbol.dispose]();
    using second = open();
    expect(second.policy.state(300)).toEqual(state);
    expect(put(second, 300, form(entry(), entry({ identity: 257, deny: true })))).toBe(false);
    expect(second.epoch).toBe(state.epoch);
    expect(second.ipcache.entries()).toEqual([
      ['198.18.64.0/24', { identity: 11, flags: 1, tunnel: '198.18.0.2', encryptKey: 0 }],
    ]);
    expect(second.policy.spare).toBeGreaterThanOrEqual(8);
  });
});

describe('an agent killed between the last in-place write and the new epoch', () => {
  it('has its successor raise the epoch, or connections would keep the verdict of a withdrawn rule', () => {
    const kept = entry({ port: 9090 });
    let epoch: bigint;
    {
      using datapath = open();
      put(datapath, 300, form(entry(), kept));
      epoch = datapath.policy.state(300)!.epoch;
      const death = jest.spyOn(EpochCounter.prototype, 'next').mockImplementation(() => {
        throw new Error('killed');
      });
      expect(() => change(datapath, [{ op: 'delete', entry: entry() }])).toThrow('killed');
      death.mockRestore();
    }
    using datapath = open();
    expect(datapath.policy.entries(300)).toEqual([kept]);
    expect(datapath.policy.state(300)!.epoch).toBe(epoch);
    expect(put(datapath, 300, form(kept))).toBe(true);
    expect(datapath.policy.state(300)!.epoch).toBeGreaterThan(epoch);
    expect(put(datapath, 300, form(kept))).toBe(false);
  });
});

describe('typed maps', () => {
  const endpoint: EndpointEntry = {
    ifindex: 3,
    endpointId: 12,
    identity: 256,
    policyClass: 256,
    flags: EndpointFlag.ready,
    mac: '02:00:00:00:00:01',
    hostMac: '02:00:00:00:00:02',
  };

  it('hold endpoints, interfaces and configuration as they were written', () => {
    using datapath = open();
    datapath.endpoints.set('fd00:198::12', endpoint);
    expect(datapath.endpoints.get('fd00:198::12')).toEqual(endpoint);
    expect(datapath.endpoints.get('198.18.0.1')).toBeNull();
    const value = {
      address4: '198.18.64.2',
      address6: null,
      gateway4: '198.18.64.1',
      gateway6: null,
      endpoint,
    };
    datapath.interfaces.set(3, value);
    expect(datapath.interfaces.get(3)).toEqual(value);
    const config = {
      flags: 5,
      vxlanIfindex: 2,
      underlayIfindex: 4,
      tunnelPort: 8473,
      node4: '198.18.0.1',
      node6: null,
      tcpEstablished: 21600,
      tcpSyn: 60,
      tcpClosing: 10,
      other: 60,
      hostMark: 0x01000000,
      hostMarkMask: 0x0f000000,
      flowSample: 1,
      mtu: 1450,
    };
    datapath.config = config;
    expect(datapath.config).toEqual(config);
  });

  it('reconcile with the least writes', () => {
    using datapath = open();
    const value = { identity: 300, flags: 0, tunnel: null, encryptKey: 0 };
    for (const prefix of ['198.18.1.0/24', '198.18.2.0/24', 'fd00:198::/64'])
      datapath.ipcache.set(prefix, value);
    const desired = datapath.ipcache.pack([
      ['198.18.1.0/24', value],
      ['198.18.3.0/24', value],
      ['fd00:198::/64', { ...value, identity: 301 }],
    ]);
    const { puts, deletes } = datapath.ipcache.reconcile(desired, 'put-first');
    expect([puts.length, deletes.length]).toEqual([2, 1]);
    expect(datapath.ipcache.packed()).toEqual(desired);
  });

  it('say that they are full', () => {
    using datapath = open();
    const many = Array.from(
      { length: 65 },
      (_, i) => [`198.18.${i}.0/24`, { identity: 1, flags: 0, tunnel: null, encryptKey: 0 }] as const,
    );
    expect(() => datapath.ipcache.reconcile(datapath.ipcache.pack(many), 'put-first')).toThrow(
      expect.objectContaining({ code: 'MAP_FULL' }),
    );
  });

  it('agree with the layout of the objects', () => {
    const { structs } = native.dumpBtf(join(bpfDir, 'endpoint.bpf.o'));
    const size = (name: string): number | undefined => structs.find((struct) => struct.name === name)?.size;
    expect(size('flow_event')).toBe(88);
    expect(size('config')).toBe(96);
  });
});

describe('opening', () => {
  it('says what is missing', () => expect(() => open({ bpfDir: folder })).toThrow(/make -C bpf/));
  it('refuses an unknown dump by name', () => {
    expect(Datapath.isDump('ipcache')).toBe(true);
    expect(Datapath.isDump('toString')).toBe(false);
  });
  it('dumps as plain JSON', () => {
    using datapath = open();
    put(datapath, 300, form(entry()));
    expect(JSON.parse(JSON.stringify(datapath.dump('classes', 10)))).toMatchObject({
      rows: [{ policyClass: 300 }],
      truncated: false,
    });
    expect(datapath.dump('policy', 0)).toMatchObject({ truncated: true });
    for (const name of ['endpoints', 'interfaces', 'ipcache', 'ct', 'metrics', 'config'] as const)
      datapath.dump(name, 5);
  });
});
