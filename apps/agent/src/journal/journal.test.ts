import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Provenance } from '@sluice/policy';
import type { EndpointRecord } from '../endpoints/record.js';
import { CookieTable } from './cookies.js';
import { EndpointJournal } from './endpoints.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-journal-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rule = (revision: number): Provenance => ({
  type: 'rule',
  rules: [{ policy: { kind: 'Policy', scope: 'a', name: 'p' }, uid: 'u', rule: 'ingress[0]', revision }],
});
const HOUR = 3600_000;

describe('CookieTable', () => {
  const path = (): string => join(folder, 'cookies.jsonl');

  it('gives one number to one provenance, also after a restart', () => {
    const first = new CookieTable(path());
    const [a, b, again] = first.assign([rule(1), rule(2), rule(1)]);
    expect(a).toBeGreaterThan(0);
    expect(b).not.toBe(a);
    expect(again).toBe(a);
    first.close();
    const second = new CookieTable(path());
    expect(second.assign([rule(2), rule(3)])).toEqual([b, b! + 1]);
    expect(second.provenance(a!)).toEqual(rule(1));
    second.close();
  });

  it('has a number on disk when it is given out', () => {
    const table = new CookieTable(path());
    const [cookie] = table.assign([rule(1)]);
    expect(readFileSync(path(), 'utf8')).toContain(`{"cookie":${cookie},`);
    table.close();
  });

  it('survives a cut at every byte of its last line, and never gives a number two meanings', () => {
    const table = new CookieTable(path());
    table.assign([rule(1)]);
    const before = readFileSync(path(), 'utf8').length;
    table.assign([rule(2)]);
    table.close();
    const whole = readFileSync(path());
    for (let length = before; length < whole.length; length++) {
      writeFileSync(path(), whole);
      truncateSync(path(), length);
      const cut = new CookieTable(path());
      const [one, three] = cut.assign([rule(1), rule(3)]);
      expect(one).toBe(1);
      expect(cut.provenance(three!)).toEqual(rule(3));
      cut.close();
    }
  });

  it('refuses a journal that is broken in the middle', () => {
    const table = new CookieTable(path());
    table.assign([rule(1)]);
    table.close();
    appendFileSync(path(), '{"cook\n{"cookie":9,"provenance":{"type":"default"}}\n');
    expect(() => new CookieTable(path())).toThrow(/cannot be read/);
  });

  it('drops what a power failure has left unreadable: no map outlives the machine', () => {
    const table = new CookieTable(path(), Date.now, 'boot-1');
    const [a] = table.assign([rule(1)]);
    table.close();
    appendFileSync(
      path(),
      '\0\0\0\n{"cookie":9,"provenance":{"type":"default","reason":"default-deny","isolating":[]}}\n',
    );
    expect(() => new CookieTable(path(), Date.now, 'boot-1')).toThrow(/cannot be read/);
    const next = new CookieTable(path(), Date.now, 'boot-2');
    expect(next.provenance(a!)).toEqual(rule(1));
    expect(next.assign([rule(2)])).toEqual([10]);
    next.close();
  });

  it('forgets a number only after the longest life of a connection, and does not reuse it before', () => {
    let now = 0;
    const table = new CookieTable(path(), () => now);
    const [a] = table.assign([rule(1)]);
    table.retain(new Set());
    now = 5 * HOUR;
    table.retain(new Set());
    expect(table.provenance(a!)).toEqual(rule(1));
    now = 7 * HOUR;
    table.retain(new Set());
    expect(table.provenance(a!)).toBeNull();
    expect(table.assign([rule(2)])[0]).not.toBe(a);
    table.close();
  });

  it('keeps counting on after it was compacted', () => {
    let now = 0;
    const first = new CookieTable(path(), () => now);
    const numbers = first.assign([rule(1), rule(2), rule(3)]);
    first.retain(new Set());
    now = 7 * HOUR;
    first.retain(new Set());
    first.close();
    const second = new CookieTable(path(), () => now);
    expect(second.size).toBeGreaterThanOrEqual(0);
    expect(second.assign([rule(4)])[0]).toBeGreaterThan(Math.max(...numbers));
    second.close();
  });
});

describe('EndpointJournal', () => {
  const record = (id: number): EndpointRecord => ({
    version: 1,
    id,
    workload: { source: 'host', scope: 'default', name: `w${id}` },
    labels: [],
    netns: '/run/netns/x',
    interfaceName: 'eth0',
    hostInterface: `sl${id}`,
    mac: '02:00:00:00:00:01',
    hostMac: '02:00:00:00:00:02',
    address4: '198.18.64.2',
    address6: null,
    gateway4: '198.18.64.1',
    gateway6: null,
    mtu: 1450,
    phase: 'creating',
  });

  it('is the same after a restart', () => {
    const journal = new EndpointJournal(folder);
    journal.put(record(2));
    journal.put(record(1));
    journal.put({ ...record(2), phase: 'active' });
    journal.remove(1);
    expect(new EndpointJournal(folder).all()).toEqual([{ ...record(2), phase: 'active' }]);
  });

  it('ignores what a crash left half-written, since the whole old file is still there', () => {
    const journal = new EndpointJournal(folder);
    journal.put(record(1));
    writeFileSync(join(folder, '1.json.tmp'), '{"version":1,"id"');
    expect(new EndpointJournal(folder).all()).toEqual([record(1)]);
  });

  it.each(['', '{"version":1', '{"version":2,"id":1}', '{"version":1,"id":9}', 'null'])(
    'puts an unreadable record %j aside and says so',
    (text) => {
      writeFileSync(join(folder, '1.json'), text);
      const journal = new EndpointJournal(folder);
      expect(journal.all()).toEqual([]);
      expect(journal.corrupt).toHaveLength(1);
      expect(readFileSync(join(folder, '1.json.corrupt'), 'utf8')).toBe(text);
    },
  );
});
