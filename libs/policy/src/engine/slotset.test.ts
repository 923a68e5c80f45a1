import { Random } from '../testing/random.js';
import { SlotSet } from './slotset.js';

it.each([1, 20, 300, 100_000])('a set of slots below %i is as a set, after any changes', (top) => {
  const r = new Random(top);
  const slots = new SlotSet();
  const wanted = new Set<number>();
  for (let step = 0; step < 4000; step++) {
    const slot = r.int(0, Math.min(top, 1 + step * 30));
    if (r.chance(0.7)) {
      slots.add(slot);
      wanted.add(slot);
    } else {
      slots.delete(slot);
      wanted.delete(slot);
    }
    expect(slots.has(slot)).toBe(wanted.has(slot));
    expect(slots.size).toBe(wanted.size);
    if (step % 100 !== 0) continue;
    const found: number[] = [];
    slots.forEach((s) => found.push(s));
    expect(found).toEqual([...wanted].sort((a, b) => a - b));
  }
  expect(slots.has(top + 1000)).toBe(false);
});
