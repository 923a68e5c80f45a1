import { bundle, type Ended, isolated } from './support/child.js';
import { compile, scratch } from './support/compile.js';

const folder = scratch();
const basic = compile('basic', folder.path);
const ring = compile('ring', folder.path);
const long = compile('long', folder.path);
let bundled = '';
beforeAll(async () => {
  bundled = await bundle(folder.path);
});
afterAll(() => folder.remove());

function run(body: string): Ended {
  return isolated(folder.path, bundled, body);
}

/** A generator with a seed, so that what fails fails again. */
const FUZZ = `
let seed = Number(process.env.SEED);
const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % n; };
const object = native.loadObject(${JSON.stringify(basic)}, {});
const ringObject = native.loadObject(${JSON.stringify(ring)}, {});
const closed = native.createMap({ name: 'c', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 4 });
closed[Symbol.dispose]();
const trie = () => native.createMap({ name: 't', type: 'lpm_trie', keySize: 8, valueSize: 8, maxEntries: 4 });
const maps = [
  object.map('runs'), object.map('shared'), ringObject.map('events'), trie(), closed,
  native.createMap({ name: 'o', type: 'array_of_maps', keySize: 4, valueSize: 4, maxEntries: 4, inner: trie() }),
  native.createMap({ name: 'p', type: 'percpu_hash', keySize: 4, valueSize: 3, maxEntries: 4 }),
];
const programs = [object.program('give_answer'), object.program('next_mark')];
const oddities = [
  undefined, null, true, NaN, Infinity, -1, 0, 1, 4, 1.5, 255, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 40), 7n, '', 'x', 'ingress', 'any',
  '\\0', '/dev/null', '/proc/self/mem', 'y'.repeat(5000), Symbol('s'), () => 1, [], [1], {}, { fd: 1 }, { fd: -1, type: 'ringbuf' },
  Object.create(null), new Proxy({}, { get() { throw new Error('trap'); } }), new Map(), new Date(NaN),
  Buffer.alloc(0), Buffer.alloc(3), Buffer.alloc(4), Buffer.alloc(8, 255), Buffer.alloc(64), Buffer.alloc(5000), new Uint8Array(4), new ArrayBuffer(4),
  { name: 'n', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 2 }, { name: 'n', type: 'lpm_trie', keySize: -4, valueSize: 1e12, maxEntries: NaN },
  { rodata: 5 }, { rodata: { answer: 'x' } }, { pinPath: 5 }, { maxEntries: { runs: -1 } }, { reuse: { runs: {} } }, { data: Buffer.alloc(64) },
  { data: Buffer.alloc(64), context: Buffer.alloc(5) }, { data: Buffer.alloc(9000), repeat: 3, outputSize: 1e9 },
  ${JSON.stringify(basic)}, ...maps, ...programs, object,
];
const odd = () => oddities[random(oddities.length)];
`;

describe('misuse', () => {
  it.each([1, 2, 3, 4])(
    'by arguments of any kind throws or does nothing, and never ends the process (seed %i)',
    (seed) => {
      const ended = isolated(
        folder.path,
        bundled,
        FUZZ +
          `
      const ring = native.openRingBuffer(ringObject.map('events'));
      const link = () => ({ ifindex: odd(), direction: odd(), program: odd(), mode: odd(), pin: null });
      const subjects = [
        ...Object.keys(native).filter((name) => /^[a-z]/.test(name) && typeof native[name] === 'function' && !['mountBpffs'].includes(name)).map((name) => [native, name]),
        ...maps.flatMap((map) => ['get', 'update', 'delete', 'updateMap', 'updateBatch', 'updateMapBatch', 'deleteBatch', 'entries', 'iterate', 'pin'].map((name) => [map, name])),
        ...programs.flatMap((program) => ['testRun', 'pin', 'info'].map((name) => [program, name])),
        ['program', 'map'].map((name) => name).flatMap((name) => [[object, name]])[0], [object, 'map'], [ring, 'drain'],
      ];
      let thrown = 0, returned = 0, other = new Set();
      for (let i = 0; i < 20000; i += 1) {
        const [target, name] = subjects[random(subjects.length)];
        const args = name === 'attachTc' && random(2) ? [link()] : Array.from({ length: random(5) }, odd);
        try {
          const result = target[name](...args);
          returned += 1;
          if (name === 'iterate') for (const _ of result) ;
          if (result && target === native) result[Symbol.dispose]?.();
        } catch (error) {
          thrown += 1;
          if (!(error instanceof native.BpfError)) other.add(error.name + ': ' + error.message);
        }
      }
      report({ thrown, returned, other: [...other] });
      // Nothing was broken by it.
      report(programs[0].testRun({ data: Buffer.alloc(64) }).retval);
    `,
        { SEED: String(seed) },
      );
      expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      const [sums, answer] = ended.reports as [{ thrown: number; returned: number; other: string[] }, number];
      expect(sums.thrown).toBeGreaterThan(1000);
      expect(sums.returned).toBeGreaterThan(100);
      expect(sums.other.filter((text) => !/^(TypeError|Error: trap)/.test(text))).toEqual([]);
      expect(answer).toBe(7);
    },
  );

  it('by a foreign `this` throws', () => {
    const ended = run(`
      const map = native.createMap({ name: 'm', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 4 });
      const seen = [];
      for (const name of ['get', 'update', 'delete', 'entries', 'iterate', 'pin']) {
        for (const self of [undefined, {}, Object.create(map)]) {
          try { map[name].call(self, Buffer.alloc(4), Buffer.alloc(8)); seen.push(name); } catch (error) { if (!(error instanceof Error)) seen.push(error); }
        }
      }
      Object.defineProperty(map, 'keySize', { value: 4000 });
      map.get(Buffer.alloc(4));
      const short = Buffer.alloc(2);
      Object.defineProperty(short, 'length', { value: 4 });
      report([seen, codeOf(() => map.get(short)), codeOf(() => map.update(short, Buffer.alloc(8)))]);
    `);
    expect(ended).toMatchObject({ code: 0, signal: null, reports: [[[], 'EINVAL', 'EINVAL']] });
  });
});

const OPEN_FDS = `
const { readdirSync, readlinkSync } = await import('node:fs');
const open = () => readdirSync('/proc/self/fd').filter((fd) => { try { return readlinkSync('/proc/self/fd/' + fd).includes('bpf'); } catch { return false; } }).length;
`;

describe('descriptors', () => {
  it('of handles that nobody disposed are closed when they are collected', () => {
    const ended = run(`${OPEN_FDS}
      const before = open();
      const leave = () => {
        for (let i = 0; i < 50; i += 1) {
          const map = native.createMap({ name: 'm', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096 });
          native.openRingBuffer(map);
        }
        native.loadObject(${JSON.stringify(basic)}, {});
      };
      leave();
      const after = open();
      for (let turn = 0; turn < 100 && open() > before; turn += 1) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
      report([after >= before + 100, open() === before]);
    `);
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '', reports: [[true, true]] });
  });

  it('are closed where something fails half-way', () => {
    const ended = run(`${OPEN_FDS}
      native.mountBpffs(process.cwd() + '/pins');
      const object = native.loadObject(${JSON.stringify(basic)}, {});
      object.map('runs').pin(process.cwd() + '/pins/map');
      ip('link', 'add', 'a0', 'type', 'veth', 'peer', 'name', 'a1');
      const before = open();
      const wrong = [
        () => native.openPinnedProgram(process.cwd() + '/pins/map'),
        () => native.loadObject(${JSON.stringify(basic)}, { rodata: { answer: Buffer.alloc(1) } }),
        () => native.openRingBuffer(object.map('runs')),
        () => native.attachTc({ ifindex: native.ifindex('a0'), direction: 'ingress', program: object.program('give_answer'), mode: 'tcx', pin: process.cwd() + '/pins/map' }),
        () => native.attachTc({ ifindex: native.ifindex('a0'), direction: 'ingress', program: object.program('give_answer'), mode: 'tcx', pin: process.cwd() + '/absent/link' }),
      ];
      report(wrong.map(codeOf).filter((code) => code === 'nothing thrown'));
      report(open() - before);
    `);
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '', reports: [[], 0] });
  });
});

describe('the process', () => {
  it('ends by itself though a ring buffer is open, but not while one is watched', () => {
    const body = `
      const object = native.loadObject(${JSON.stringify(ring)}, {});
      const ring = native.openRingBuffer(object.map('events'));
    `;
    expect(run(body)).toMatchObject({ code: 0, signal: null });
    const watched = run(`${body}
      ring.onReadable(() => { report(ring.drain().count); ring.onReadable(null); });
      setTimeout(() => object.program('emit').testRun({ data: Buffer.alloc(64) }), 50).unref();
      process.on('exit', () => report('exit'));
      // Only the ring keeps the loop: the timer does not count.
    `);
    expect(watched).toMatchObject({ code: 0, signal: null, reports: [1, 'exit'] });
  });

  it('loads programs though signals rain: the verifier gives up where one waits', () => {
    const body = `
      native.loadObject(${JSON.stringify(long)}, {})[Symbol.dispose]();
      report('loaded');
    `;
    const profiled = { NODE_OPTIONS: '--cpu-prof --cpu-prof-interval=50' };
    const ended = isolated(folder.path, bundled, body, profiled);
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '', reports: ['loaded'] });
  });

  it('takes what the callback throws as an uncaught exception', () => {
    const ended = run(`
      const object = native.loadObject(${JSON.stringify(ring)}, {});
      const ring = native.openRingBuffer(object.map('events'));
      process.on('uncaughtException', (error) => { report(error.message); ring[Symbol.dispose](); });
      ring.onReadable(() => { throw new Error('of the callback'); });
      object.program('emit').testRun({ data: Buffer.alloc(64) });
    `);
    expect(ended).toMatchObject({ code: 0, signal: null, reports: ['of the callback'] });
  });

  it('has the addon in several threads, which may end while they watch', () => {
    const ended = run(`
      const { Worker, isMainThread, threadId, parentPort } = await import('node:worker_threads');
      const open = () => {
        const object = native.loadObject(${JSON.stringify(ring)}, {});
        const ring = native.openRingBuffer(object.map('events'));
        ring.onReadable(() => {});
        return { object, ring };
      };
      if (!isMainThread) {
        const { object } = open();
        object.program('emit').testRun({ data: Buffer.alloc(64) });
        if (threadId % 2) process.exit(0);
        parentPort.postMessage('up');
        parentPort.once('message', () => {});
        // Nearly always within the addon: there it is when it is terminated.
        const spin = () => {
          for (let i = 0; i < 200; i += 1) {
            object.program('emit').testRun({ data: Buffer.alloc(64) });
            object.map('totals').entries();
            codeOf(() => object.map('totals').get(Buffer.alloc(1)));
          }
          setImmediate(spin);
        };
        spin();
      } else {
        const { ring } = open();
        for (let i = 0; i < 12; i += 1) {
          const worker = new Worker(new URL(import.meta.url));
          await new Promise((resolve) => { worker.once('exit', resolve); worker.once('message', () => worker.terminate()); });
        }
        ring[Symbol.dispose]();
        report('done');
      }
    `);
    expect(ended).toMatchObject({ code: 0, signal: null, reports: ['done'] });
  });
});
