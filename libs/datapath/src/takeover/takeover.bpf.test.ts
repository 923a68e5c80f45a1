import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '@sluice/native';
import { Datapath, LAYOUT_VERSION } from '../datapath.js';
import { encodeCt4Key, encodeCtValue } from '../generated/layout.js';
import { ownDescription } from './description.js';
import { LayoutFolder, Phase } from './folder.js';

const OLD = LAYOUT_VERSION - 1;
const SIZES = { ct4: 4096, ct6: 4096, ipcache: 64, policy: 64, policy_classes: 64 };
const CONNECTIONS = 3_000;
let folder: string;
const root = () => join(folder, 'bpf/sluice/test');

const open = (): Datapath =>
  Datapath.open({
    native,
    bpffs: join(folder, 'bpf'),
    instance: 'test',
    bpfDir: join(import.meta.dirname, '../../../../bpf/build'),
    // No link is pinned, so that nothing has to be attached here: what is pinned is all there is to take over.
    attach: 'clsact',
    sizes: SIZES,
    onAlarm: ({ message }) => {
      throw new Error(message);
    },
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-takeover-'));
});
afterEach(() => {
  if (existsSync(join(folder, 'bpf'))) execFileSync('umount', [join(folder, 'bpf')]);
  rmSync(folder, { recursive: true, force: true });
});

/** Has what an agent of this layout has pinned look as if one of the layout before had. */
function becomeOld(): LayoutFolder {
  renameSync(join(root(), `v${LAYOUT_VERSION}`), join(root(), `v${OLD}`));
  const old = new LayoutFolder(native, join(root(), `v${OLD}`), OLD);
  old.describe({ ...ownDescription(), version: OLD });
  return old;
}

const address = (datapath: Datapath, prefix: string) => datapath.ipcache.get(prefix);

it('without TCX the maps of another layout are carried over before its programs are replaced', () => {
  const entry = { identity: 300, flags: 0, tunnel: null, encryptKey: 0 };
  let epoch: bigint;
  {
    using datapath = open();
    datapath.ipcache.set('198.18.64.2/32', entry);
    datapath.policy.put({ policyClass: 300, form: { entries: [], defaultCookies: [1, 2] } });
    datapath.breakGlass.suspend(60_000);
    epoch = datapath.epoch;
  }
  const old = becomeOld();
  using connections = old.map('ct4');
  const nobody = { epoch: 0n, localIdentity: 0, peerIdentity: 0, cookie: 0, verdict: 0 };
  const value = encodeCtValue({ expires: 5n, egress: nobody, ingress: nobody, flags: 1, charge: 9 });
  for (let port = 1; port <= CONNECTIONS; port++)
    connections.update(encodeCt4Key({ addrA: 1, addrB: 2, portA: port, portB: 80, protocol: 6 }), value);
  using datapath = open();
  expect(readdirSync(root())).toEqual([`v${LAYOUT_VERSION}`]);
  expect(address(datapath, '198.18.64.2/32')).toEqual(entry);
  expect(datapath.epoch).toBe(epoch);
  expect(datapath.policy.known).toEqual([]);
  expect(datapath.breakGlass.leftMs).toBeGreaterThan(50_000);
  expect(datapath.standsBehind).toBeNull();
  const { rows } = datapath.dump('ct', CONNECTIONS + 1);
  expect(rows).toHaveLength(CONNECTIONS);
});

it('tells who decides in one word of the config, and keeps the rest', () => {
  using datapath = open();
  const config = {
    flags: 21,
    vxlanIfindex: 3,
    underlayIfindex: 4,
    tunnelPort: 8473,
    node4: '198.18.0.1',
    node6: null,
    tcpEstablished: 1,
    tcpSyn: 2,
    tcpClosing: 3,
    other: 4,
    hostMark: 5,
    hostMarkMask: 6,
    flowSample: 7,
    mtu: 1450,
  };
  const own = new LayoutFolder(native, datapath.pins, LAYOUT_VERSION);
  for (const phase of Object.values(Phase)) {
    own.phase = phase;
    datapath.config = config;
    expect(own.phase).toBe(phase);
    expect(datapath.config).toEqual(config);
  }
});
