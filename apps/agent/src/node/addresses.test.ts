import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUARANTINE_MS } from '@sluice/ipam';
import type { AgentError } from '../util/errors.js';
import { NodeAddresses } from './addresses.js';

describe('NodeAddresses', () => {
  let folder: string;
  let path: string;
  let now: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-addresses-'));
    path = join(folder, 'addresses.json');
    now = 1_000;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = (prefix = '198.18.64.0/30', boot = 'b1'): NodeAddresses => {
    const book = new NodeAddresses(path, { boot, now: () => now });
    book.setPrefixes([prefix]);
    return book;
  };
  const code = (book: NodeAddresses, wished: readonly string[] = []): unknown => {
    try {
      return book.acquire(wished).address4;
    } catch (error) {
      return (error as AgentError).code;
    }
  };

  it('refuses with the codes of the API', () => {
    expect(code(new NodeAddresses(path))).toBe('UNAVAILABLE');
    const book = start();
    expect(code(book, ['1.1.1.1'])).toBe('INVALID_ARGUMENT');
    expect(code(book)).toBe('198.18.64.2');
    expect(code(book, ['198.18.64.2'])).toBe('ALREADY_EXISTS');
    expect(code(book)).toBe('RESOURCE_EXHAUSTED');
    book.release(['198.18.64.2']);
    expect(code(book, ['198.18.64.2'])).toBe('UNAVAILABLE');
  });

  it('an agent that restarts lets rest what the one before was given back, to the end and no longer', () => {
    const book = start();
    book.acquire([]);
    book.release(['198.18.64.2']);
    now += QUARANTINE_MS - 1;
    const next = start();
    expect(code(next)).toBe('RESOURCE_EXHAUSTED');
    expect(code(next, ['198.18.64.2'])).toBe('UNAVAILABLE');
    now += 1;
    expect(code(next)).toBe('198.18.64.2');
  });

  it('after a reboot the clock is another one, and the rest begins anew', () => {
    now = 10 * QUARANTINE_MS;
    const book = start();
    book.acquire([]);
    book.release(['198.18.64.2']);
    for (const after of [0, 100 * QUARANTINE_MS]) {
      now = after;
      const next = start(undefined, 'b2');
      expect(code(next)).toBe('RESOURCE_EXHAUSTED');
      now += QUARANTINE_MS;
      expect(code(next)).toBe('198.18.64.2');
    }
  });

  it('an address of the journal is taken, whatever the file says', () => {
    const book = start();
    book.acquire([]);
    book.release(['198.18.64.2']);
    now += QUARANTINE_MS;
    const next = start();
    next.adopt(['198.18.64.2']);
    expect(code(next)).toBe('RESOURCE_EXHAUSTED');
    expect(code(next, ['198.18.64.2'])).toBe('ALREADY_EXISTS');
  });

  it.each(['', '{', '{"version":2}', '{"version":1,"boot":"b1","released":[{"address":"x","at":1}]}'])(
    'gives out nothing for a minute where the file reads %j',
    (text) => {
      writeFileSync(path, text);
      const book = start();
      expect(book.corrupt).not.toBeNull();
      expect(existsSync(`${path}.corrupt`)).toBe(true);
      expect(code(book)).toBe('UNAVAILABLE');
      now += QUARANTINE_MS;
      expect(code(book)).toBe('198.18.64.2');
    },
  );

  it('keeps an address taken where the disk refuses', () => {
    const book = start();
    book.acquire([]);
    // A folder where the file should be written first.
    mkdirSync(`${path}.tmp`);
    expect(() => book.release(['198.18.64.2'])).toThrow(/EISDIR/);
    now += QUARANTINE_MS;
    expect(code(book, ['198.18.64.2'])).toBe('ALREADY_EXISTS');
  });
});
