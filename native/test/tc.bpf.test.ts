import { bundle, type Ended, isolated } from './support/child.js';
import { compile, scratch } from './support/compile.js';

const folder = scratch();
const object = compile('basic', folder.path);
let bundled = '';
beforeAll(async () => {
  bundled = await bundle(folder.path);
});
afterAll(() => folder.remove());

const SETUP = `
const { mkdirSync, existsSync } = await import('node:fs');
ip('link', 'add', 'a0', 'type', 'veth', 'peer', 'name', 'a1');
ip('link', 'set', 'a0', 'up');
ip('link', 'set', 'a1', 'up');
const pins = process.cwd() + '/pins';
native.mountBpffs(pins);
const object = native.loadObject(${JSON.stringify(object)}, {});
const first = object.program('give_answer');
const second = object.program('next_mark');
const a0 = native.ifindex('a0');
const attach = (more) => native.attachTc({ ifindex: a0, direction: 'ingress', program: first, mode: 'tcx', pin: pins + '/link', ...more });
const running = (direction = 'ingress') => native.queryTc(a0, direction).map((id) => object.programs.find((name) => object.program(name).id === id) ?? 'foreign');
`;

/** What the script reports, one after the other. */
function reports(body: string): readonly unknown[] {
  const ended: Ended = isolated(folder.path, bundled, SETUP + body);
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  return ended.reports;
}

describe('tcx', () => {
  it('attaches at a hook, replaces in place and detaches', () => {
    const got = reports(`
      const link = attach({});
      report([link.mode, link.ifindex === a0, link.direction, running(), running('egress')]);
      link.replace(second);
      report([running(), link.currentProgramId() === second.id]);
      link.detach();
      report([running(), existsSync(pins + '/link'), codeOf(() => link.replace(first)), codeOf(() => link.detach())]);
    `);
    expect(got).toEqual([
      ['tcx', true, 'ingress', ['give_answer'], []],
      [['next_mark'], true],
      [[], false, 'ECLOSED', 'ECLOSED'],
    ]);
  });

  it('stays while it is pinned, and is taken over by its pin with never a moment without', () => {
    const got = reports(`
      attach({})[Symbol.dispose]();
      report(running());
      const again = attach({ program: second });
      report(running());
      again.replace(first);
      again[Symbol.dispose]();
      again[Symbol.dispose]();
      report([running(), codeOf(() => again.currentProgramId())]);
    `);
    expect(got).toEqual([['give_answer'], ['next_mark'], [['give_answer'], 'ECLOSED']]);
  });

  it('goes with its handle where it is not pinned', () => {
    const got = reports(`
      const link = attach({ pin: null });
      report(running());
      link[Symbol.dispose]();
      report(running());
    `);
    expect(got).toEqual([['give_answer'], []]);
  });

  it('comes before what others attached', () => {
    const got = reports(`
      const foreign = attach({ pin: null, program: second });
      const own = attach({});
      report(running());
    `);
    expect(got).toEqual([['give_answer', 'next_mark']]);
  });

  it('does not take the pin of another hook', () => {
    const got = reports(`
      const link = attach({});
      report(codeOf(() => attach({ direction: 'egress' })));
      report(codeOf(() => attach({ ifindex: native.ifindex('a1') })));
      object.map('runs').pin(pins + '/map');
      report(codeOf(() => attach({ pin: pins + '/map' })));
      report([running(), running('egress')]);
    `);
    expect(got).toEqual(['EINVAL', 'EINVAL', 'EINVAL', [['give_answer'], []]]);
  });

  it('does not take the pin of an interface of the same number in another namespace', () => {
    const got = reports(`
      if (process.env.SLUICE_TEST_INNER !== '1') {
        attach({})[Symbol.dispose]();
        const env = { ...process.env, SLUICE_TEST_INNER: '1' };
        process.stdout.write(execFileSync('unshare', ['-n', process.execPath, process.argv[1]], { env }));
        report(running());
      } else {
        report([codeOf(() => attach({})), running()]);
      }
    `);
    expect(got).toEqual([['EINVAL', []], ['give_answer']]);
  });

  it('removes the pin of an interface that is gone and attaches anew', () => {
    const got = reports(`
      const old = attach({});
      ip('link', 'del', 'a0');
      report(old.currentProgramId());
      ip('link', 'add', 'a0', 'type', 'veth', 'peer', 'name', 'a1');
      const fresh = native.ifindex('a0');
      const link = attach({ ifindex: fresh });
      report([fresh !== a0, native.queryTc(fresh, 'ingress').length, link.currentProgramId() === first.id]);
      ip('link', 'del', 'a0');
      link.detach();
      report(existsSync(pins + '/link'));
    `);
    expect(got).toEqual([null, [true, 1, true], false]);
  });

  it('attaches nothing where the pin cannot be made', () => {
    const got = reports(`
      report([codeOf(() => attach({ pin: process.cwd() + '/no-bpffs' })), running()]);
    `);
    expect(got).toEqual([[expect.stringMatching(/^E/), []]]);
  });
});

describe('clsact', () => {
  it('attaches, replaces and detaches a filter, and leaves the other direction', () => {
    const got = reports(`
      const link = attach({ mode: 'clsact', pin: null });
      const out = attach({ mode: 'clsact', direction: 'egress', pin: null });
      report([link.mode, running(), running('egress')]);
      link.replace(second);
      report([running(), running('egress'), link.currentProgramId() === second.id]);
      const again = attach({ mode: 'clsact', program: first, pin: null });
      report(running());
      again.detach();
      report([running(), running('egress'), link.currentProgramId(), codeOf(() => again.replace(first))]);
      out[Symbol.dispose]();
      report([running('egress'), codeOf(() => out.detach())]);
    `);
    expect(got).toEqual([
      ['clsact', ['give_answer'], ['give_answer']],
      [['next_mark'], ['give_answer'], true],
      ['give_answer'],
      [[], ['give_answer'], null, 'ECLOSED'],
      [['give_answer'], 'ECLOSED'],
    ]);
  });

  it('is detached where the interface is gone', () => {
    const got = reports(`
      const link = attach({ mode: 'clsact', pin: null });
      ip('link', 'del', 'a0');
      report(link.currentProgramId());
      link.detach();
    `);
    expect(got).toEqual([null]);
  });
});

describe('both', () => {
  it('is tcx where the kernel has it', () => {
    const got = reports(`
      const link = attach({ mode: 'auto', pin: null });
      report([native.features().tcx, link.mode]);
    `);
    expect(got).toEqual([[true, 'tcx']]);
  });

  it('refuses what is no hook', () => {
    const got = reports(`
      report(['tcx', 'clsact'].map((mode) => codeOf(() => attach({ mode, ifindex: 9999, pin: null }))));
      report([0, -1, 1.5, 2 ** 40, NaN, '1', null].map((ifindex) => codeOf(() => attach({ ifindex }))));
      report([codeOf(() => attach({ direction: 'sideways' })), codeOf(() => attach({ mode: 'xdp' })), codeOf(() => attach({ pin: 3 }))]);
      report([codeOf(() => attach({ program: { fd: first.fd } })), codeOf(() => attach({ program: object.map('runs') }))]);
      report([codeOf(() => native.queryTc(a0, 'sideways')), codeOf(() => native.queryTc(NaN, 'ingress')), codeOf(() => native.attachTc(null))]);
      report(running());
    `);
    expect(got).toEqual([
      [expect.stringMatching(/^E(NODEV|INVAL)$/), expect.stringMatching(/^E(NODEV|INVAL)$/)],
      Array(7).fill('EINVAL'),
      ['EINVAL', 'EINVAL', 'EINVAL'],
      ['EINVAL', 'EINVAL'],
      ['EINVAL', 'EINVAL', 'EINVAL'],
      [],
    ]);
  });
});
