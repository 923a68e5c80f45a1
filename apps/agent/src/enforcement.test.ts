import { Enforcement } from './enforcement.js';

class Glass {
  leftMs = 0;
  suspend(ms: number): void {
    this.leftMs = ms;
  }
  resume(): void {
    this.leftMs = 0;
  }
}

function setUp(leftMs = 0) {
  const glass = new Glass();
  glass.leftMs = leftMs;
  const lines: string[] = [];
  const note = (message: string, fields: object = {}) =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = { info: note, warn: note, error: note, debug: note };
  let changes = 0;
  const enforcement = new Enforcement(glass, log, () => (changes += 1));
  return { glass, lines, enforcement, changes: () => changes };
}

describe('break glass', () => {
  it('is in the log with its reason, and told at once', () => {
    const { enforcement, lines, changes } = setUp();
    expect(enforcement.state).toEqual({ leftMs: 0, until: '' });
    expect(enforcement.warning()).toBeNull();
    const { leftMs, until } = enforcement.suspend(600, 'fire');
    expect(leftMs).toBe(600_000);
    expect(Math.abs(Date.parse(until) - Date.now() - 600_000)).toBeLessThan(60_000);
    expect(lines.at(-1)).toMatch(/^enforcement suspended .*"reason":"fire"/);
    expect(enforcement.warning()).toMatch(/NO POLICY IS ENFORCED/);
    expect(changes()).toBe(1);
    expect(enforcement.suspend(0, '')).toEqual({ leftMs: 0, until: '' });
    expect(enforcement.warning()).toBeNull();
    expect(lines.at(-1)).toMatch(/^enforcement resumed/);
  });

  it('that ends by itself is noted once', () => {
    const { enforcement, glass, lines } = setUp();
    enforcement.suspend(10, '');
    glass.leftMs = 0;
    expect([enforcement.warning(), enforcement.warning()]).toEqual([null, null]);
    expect(lines.filter((line) => line.startsWith('the suspension of enforcement has ended'))).toHaveLength(
      1,
    );
  });

  it('of an agent before this one is known', () => {
    const { enforcement, lines } = setUp(5_000);
    expect(lines[0]).toMatch(/^enforcement is suspended still/);
    expect(enforcement.warning()).toMatch(/NO POLICY/);
  });

  it('is refused above a day, and nothing changes', () => {
    const { enforcement, glass } = setUp();
    expect(() => enforcement.suspend(86_401, '')).toThrow('at most 86400 s');
    expect(glass.leftMs).toBe(0);
  });
});
