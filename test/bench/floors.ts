import { join } from 'node:path';
import { loadUnpinned } from '@sluice/datapath/testrun';
import { native } from '@sluice/native';
import { run } from './namespaces.ts';

/**
 * What the kernel itself takes, one after the other on a machine at rest: run in a network namespace of its own, prints milliseconds
 * as JSON, `{ tcxAttach, outerUpdate, veth }`. An attach and an update of a map of maps wait for a grace period each; `veth`
 * is one process of `ip` that makes a pair.
 */
const COUNT = 30;

const time = (work: () => void): number => {
  const started = performance.now();
  work();
  return performance.now() - started;
};

using objects = loadUnpinned(native, join(import.meta.dirname, '../../bpf/build'));
const program = objects.endpoint.program('from_endpoint');
const veth = Array.from({ length: COUNT }, (_, i) =>
  time(() => run('ip', ['link', 'add', 'name', `a${i}`, 'type', 'veth', 'peer', 'name', `b${i}`])),
);
const tcxAttach = veth.map((_, i) =>
  time(() => {
    const ifindex = native.ifindex(`a${i}`)!;
    native.attachTc({ ifindex, direction: 'ingress', program, mode: 'tcx', pin: null });
  }),
);
const outer = objects.endpoint.map('policy');
const inner = native.createMap({
  name: 'policy_inner',
  type: 'lpm_trie',
  keySize: 12,
  valueSize: 12,
  maxEntries: 16_384,
  flags: 1,
});
const outerUpdate = veth.map((_, i) =>
  time(() => {
    const key = Buffer.alloc(4);
    key.writeUInt32LE(i);
    outer.updateMap(key, inner);
  }),
);
console.log(JSON.stringify({ tcxAttach, outerUpdate, veth }));
