import type { PolicyEntry } from '@sluice/datapath';
import { SHOT } from './bench.js';
import { TCP_ACK } from './packets.js';
import { FAMILIES, outgoing, rule, Stage, SUBJECT } from './stage.js';

const STAGED = 3;
const [ALLOW, DENY] = [1, 2];
const BY_DEFAULT = 2;

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});
afterAll(() => stage[Symbol.dispose]());
beforeEach(() => stage.reset('from_endpoint'));

function policies(enforced: readonly PolicyEntry[], staged?: readonly PolicyEntry[]): void {
  const { policy } = stage.bench.datapath;
  const cookies = { defaultCookies: [1, 2], stagedDefaultCookies: [3, 4] } as const;
  const form = { entries: enforced, defaultCookies: cookies.defaultCookies };
  policy.put({
    policyClass: SUBJECT,
    form: staged
      ? { ...form, staged: { entries: staged, defaultCookies: cookies.stagedDefaultCookies } }
      : form,
  });
  policy.maintain();
}

describe.each(FAMILIES)('staged policies, IPv%i', (family) => {
  const send = (flags?: number) => {
    const { verdict, events } = stage.see('from_endpoint', {
      data: outgoing({ family, ...(flags === undefined ? {} : { flags }) }),
    });
    return { passed: verdict !== SHOT, staged: events.filter(({ type }) => type === STAGED) };
  };

  it('tell what they would drop, by their own rule, and drop nothing', () => {
    policies([rule()], [rule({ deny: true, cookie: 50 })]);
    expect(send()).toMatchObject({ passed: true, staged: [{ verdict: DENY, reason: 1, cookie: 50 }] });
    policies([rule()], []);
    expect(send()).toMatchObject({
      passed: true,
      staged: [{ verdict: DENY, reason: BY_DEFAULT, cookie: 3 }],
    });
  });

  it('tell what they would let through, and let nothing through', () => {
    policies([], [rule({ cookie: 51 })]);
    expect(send()).toMatchObject({ passed: false, staged: [{ verdict: ALLOW, reason: 0, cookie: 51 }] });
  });

  it('are silent where they agree, where there are none, and once a connection is known', () => {
    policies([rule()], [rule({ cookie: 52 })]);
    expect(send()).toEqual({ passed: true, staged: [] });
    policies([], []);
    expect(send()).toEqual({ passed: false, staged: [] });
    policies([rule()]);
    expect(send()).toEqual({ passed: true, staged: [] });
    policies([rule()], []);
    expect(send().staged).toHaveLength(1);
    expect(send(TCP_ACK)).toEqual({ passed: true, staged: [] });
  });

  it('leave the enforced verdict in the drop’s own event', () => {
    policies([], [rule({ cookie: 53 })]);
    const { events } = stage.see('from_endpoint', { data: outgoing({ family }) });
    expect(events.map(({ type, cookie, reason }) => [type, cookie, reason])).toEqual([
      [STAGED, 53, 0],
      [2, 1, BY_DEFAULT],
    ]);
  });
});

it('are kept over a restart, changed alone, and gone with the class', () => {
  const { policy } = stage.bench.datapath;
  policies([rule()], [rule({ cookie: 54 })]);
  const before = policy.state(SUBJECT)!;
  policy.refresh();
  policies([rule()], [rule({ cookie: 54 })]);
  expect(policy.state(SUBJECT)).toEqual(before);
  policies([rule()], [rule({ cookie: 55 })]);
  const after = policy.state(SUBJECT)!;
  expect(after.stagedSlot).not.toBe(before.stagedSlot);
  expect(after.epoch).toBeGreaterThan(before.epoch);
  policies([rule()]);
  expect(policy.state(SUBJECT)).toMatchObject({ flags: 0, stagedSlot: 0 });
});
