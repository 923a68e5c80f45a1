import { callerOf, mayCall, type Required } from './caller.js';

const DAY = 24 * 3600 * 1000;
const certificate = (
  O: string | string[] | undefined,
  CN: string | string[] = 'olga',
  until = Date.now() + DAY,
) => ({
  subject: { CN, ...(O === undefined ? {} : { O }) },
  valid_to: new Date(until).toUTCString(),
});

describe('callerOf', () => {
  it('reads role and name', () => {
    expect(callerOf(certificate('sluice:operator'))).toEqual({ name: 'olga', role: 'operator' });
    expect(callerOf(certificate(['Example Ltd', 'sluice:viewer']))).toEqual({ name: 'olga', role: 'viewer' });
  });
  it.each([
    ['no certificate', null],
    ['an empty one', {}],
    ['no organization', certificate(undefined)],
    ['no role among the organizations', certificate('Example Ltd')],
    ['an unknown role', certificate('sluice:root')],
    ['a role in other case', certificate('sluice:Admin')],
    ['two roles', certificate(['sluice:viewer', 'sluice:admin'])],
    ['no name', certificate('sluice:admin', '')],
    ['two names', certificate('sluice:admin', ['a', 'b'])],
    ['one that has expired since', certificate('sluice:admin', 'olga', Date.now() - 1000)],
    ['one without an end', { subject: { CN: 'olga', O: 'sluice:admin' } }],
  ])('refuses %s', (_what, cert) =>
    expect(() => callerOf(cert)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' })),
  );
});

describe('mayCall', () => {
  const roles = ['viewer', 'operator', 'admin', 'node', 'controlplane'] as const;
  const allowed: Record<Required, readonly string[]> = {
    viewer: ['viewer', 'operator', 'admin'],
    operator: ['operator', 'admin'],
    admin: ['admin'],
    node: ['node'],
    any: roles,
  };
  for (const [required, may] of Object.entries(allowed)) {
    it(`${required} is open to ${may.join(', ')}`, () => {
      expect(roles.filter((role) => mayCall(role, required as Required))).toEqual(may);
    });
  }
  it('can name roles beside', () => expect(mayCall('controlplane', 'viewer', ['controlplane'])).toBe(true));
});
