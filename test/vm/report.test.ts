import { checkPrograms, newestPackage } from './kernel.js';
import { loadOrder } from './initramfs.js';
import { fileResult, good, reportOf, skippedReport } from './report.js';

const line = (fullName: string, status: string) =>
  `${JSON.stringify({ fullName, status, duration: 1, failure: status === 'failed' ? 'why' : null })}\n`;

describe('the report of a run in the VM', () => {
  it('counts as jest does', () => {
    const file = fileResult('a.test.ts', line('a', 'passed') + line('b', 'failed') + line('c', 'pending'), 1);
    const report = reportOf([file]);
    expect(report).toMatchObject({
      numPassedTests: 1,
      numFailedTests: 1,
      numPendingTests: 1,
      numRuntimeErrorTestSuites: 0,
    });
    expect(report.testResults[0]!.assertionResults.map(({ fullName }) => fullName)).toEqual(['a', 'b', 'c']);
    expect(good(report)).toBe(false);
    expect(good(reportOf([fileResult('a.test.ts', line('a', 'passed'), 0)]))).toBe(true);
  });

  it.each([
    ['has no tests', '', 0],
    ['did not even start', '', null],
    ['was not run to its end', line('a', 'passed'), null],
    ['was cut off in the middle of a line', line('a', 'passed') + '{"fullName": "b', null],
    ['ended badly though no test failed', line('a', 'passed'), 139],
  ])('takes a file for broken that %s', (_, lines, exit) => {
    const file = fileResult('a.test.ts', lines, exit);
    expect(file.broken).not.toBeNull();
    expect(good(reportOf([file]))).toBe(false);
  });

  it('says why nothing was run', () => {
    const report = skippedReport('no qemu');
    expect(report.testResults[0]!.assertionResults[0]).toMatchObject({
      fullName: 'VM [no qemu]',
      status: 'pending',
    });
    expect(good(report)).toBe(true);
  });
});

describe('the kernel for the VM', () => {
  it('is the newest of Debian’s 6.1, not a cloud or an unsigned one', () => {
    const names = [
      'linux-image-6.1.0-9-amd64',
      'linux-image-6.1.0-56-amd64',
      'linux-image-6.1.0-60-cloud-amd64',
    ];
    expect(newestPackage([...names, 'linux-image-6.1.0-61-amd64-unsigned'])).toBe(
      'linux-image-6.1.0-56-amd64',
    );
    expect(newestPackage(['linux-image-6.12.0-1-amd64'])).toBeNull();
  });

  it('is not booted without the programs for that, which are named by their packages', () => {
    expect(() => checkPrograms('/nowhere')).toThrow(
      expect.objectContaining({ name: 'Unavailable', message: expect.stringContaining('qemu-system-x86') }),
    );
  });

  it('gets its modules in an order in which each finds what it needs', () => {
    const dep = [
      'kernel/fs/9p/9p.ko: kernel/net/9p/9pnet.ko kernel/fs/netfs/netfs.ko',
      'kernel/net/9p/9pnet.ko:',
      'kernel/net/9p/9pnet_virtio.ko: kernel/net/9p/9pnet.ko',
    ].join('\n');
    expect(loadOrder(dep, ['9pnet_virtio', '9p'])).toEqual([
      'kernel/net/9p/9pnet.ko',
      'kernel/net/9p/9pnet_virtio.ko',
      'kernel/fs/netfs/netfs.ko',
      'kernel/fs/9p/9p.ko',
    ]);
    expect(() => loadOrder(dep, ['overlay'])).toThrow(/no module overlay/);
  });
});
