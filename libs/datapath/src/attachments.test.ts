import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BpfProgram, Native, TcAttachment } from '@sluice/native';
import { Attachments } from './attachments.js';
import type { Alarm } from './errors.js';

/** Hooks of a kernel: the programs on each, the first one first. */
class Hooks {
  readonly programs = new Map<number, number[]>();
  broken = false;

  readonly native = {
    attachTc: ({ ifindex, program }: { ifindex: number; program: BpfProgram }) => {
      if (this.broken) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      this.programs.set(ifindex, [program.id, ...(this.programs.get(ifindex) ?? [])]);
      return {
        mode: 'tcx',
        currentProgramId: () => ((this.programs.get(ifindex) ?? []).includes(program.id) ? program.id : null),
        detach: () => void this.programs.delete(ifindex),
        [Symbol.dispose]: () => {
          this.programs.set(
            ifindex,
            (this.programs.get(ifindex) ?? []).filter((id) => id !== program.id),
          );
        },
      } as unknown as TcAttachment;
    },
    queryTc: (ifindex: number) => this.programs.get(ifindex) ?? [],
  } as unknown as Native;
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-links-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OURS = { id: 7 } as BpfProgram;
const FOREIGN = 99;

function setUp(count: number) {
  const hooks = new Hooks();
  const alarms: Alarm[] = [];
  const attachments = new Attachments(hooks.native, folder, 'tcx', (alarm) => alarms.push(alarm));
  for (let i = 1; i <= count; i += 1)
    attachments.attach({ name: `ep-${i}-ingress`, ifindex: i, direction: 'ingress', program: OURS });
  return { hooks, alarms, attachments };
}

describe('attached programs', () => {
  it('are put back where they were taken off, and first where another one got in front', () => {
    const { hooks, alarms, attachments } = setUp(2);
    hooks.programs.set(1, []);
    hooks.programs.set(2, [FOREIGN, OURS.id]);
    expect(attachments.verify().map(({ state }) => state)).toEqual(['restored', 'restored']);
    expect([hooks.programs.get(1), hooks.programs.get(2)]).toEqual([[OURS.id], [OURS.id, FOREIGN]]);
    expect(alarms).toHaveLength(2);
    expect(attachments.verify().map(({ state }) => state)).toEqual(['ok', 'ok']);
  });

  it('that cannot be put back are lost, with one alarm, and tried until they can', () => {
    const { hooks, alarms, attachments } = setUp(1);
    hooks.programs.set(1, []);
    hooks.broken = true;
    for (let i = 0; i < 3; i += 1)
      expect(attachments.verify()).toMatchObject([
        { state: 'lost', error: expect.stringContaining('no room') },
      ]);
    expect([alarms.length, attachments.isHeld('ep-1-ingress'), attachments.lost]).toEqual([1, false, 1]);
    hooks.broken = false;
    expect(attachments.verify()).toMatchObject([{ state: 'restored' }]);
    expect([hooks.programs.get(1), attachments.isHeld('ep-1-ingress')]).toEqual([[OURS.id], true]);
  });

  it('are all come to when only some are checked at a time', () => {
    const { attachments } = setUp(5);
    const names = [1, 2, 3].flatMap(() => attachments.verify(2).map(({ name }) => name));
    expect(names.sort()).toEqual([1, 2, 3, 4, 5].map((i) => `ep-${i}-ingress`));
  });

  it('that were taken off on purpose are not missed', () => {
    const { attachments } = setUp(2);
    attachments.verify(1);
    attachments.detach('ep-2-ingress');
    expect(attachments.verify()).toEqual([]);
  });
});
