import { exec, type Exec, ipBatchAfter } from './exec.js';

describe('exec', () => {
  it('gives a program what it is to read, also what comes later', async () => {
    expect(await exec('cat', [], { input: 'now' })).toBe('now');
    const { promise, resolve } = Promise.withResolvers<string>();
    const told = exec('cat', [], { input: promise });
    resolve('later');
    expect(await told).toBe('later');
  });

  it('gives it nothing where that does not come', async () => {
    expect(await exec('cat', [], { input: Promise.reject(new Error('no')) })).toBe('');
  });
});

describe('ip after something', () => {
  /** Tells what it was given to read, when it was. */
  const heard: string[] = [];
  const run: Exec = async (_file, _args, options) => {
    heard.push('started');
    const text = await Promise.resolve(options?.input ?? '').catch(() => 'nothing');
    heard.push(text);
    return text;
  };
  beforeEach(() => (heard.length = 0));

  it('is started at once and told when that is done', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = ipBatchAfter(run, ['link set dev x up'], promise);
    expect(heard).toEqual(['started']);
    resolve();
    await done;
    expect(heard).toEqual(['started', 'link set dev x up\n']);
  });

  it('does nothing, and fails, where that fails', async () => {
    const done = ipBatchAfter(run, ['link set dev x up'], Promise.reject(new Error('not guarded')));
    await expect(done).rejects.toThrow('not guarded');
    expect(heard).toEqual(['started', 'nothing']);
  });
});
