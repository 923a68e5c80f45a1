import { normalise, type NormalRule } from '@sluice/policy';
import { keyOf } from '../policies/plan.js';
import { withoutOverlaps } from './networks.js';
import type { Content } from './read.js';
import { shutForm } from './shut.js';

const policyRef = { kind: 'Policy', scope: 'shop', name: 'a' };
const adminRef = { kind: 'ClusterNetworkPolicy', scope: '_cluster', name: 'a' };
const policy = {
  apiVersion: 'sluice.dev/v1',
  kind: 'Policy',
  metadata: { name: 'a', namespace: 'shop' },
  spec: { endpointSelector: { matchLabels: { app: 'a' } }, ingress: [{}] },
};
const to = (action: string, network: string) => ({ action, to: [{ networks: [network] }] });
const admin = (...egress: unknown[]) => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name: 'a' },
  spec: { tier: 'Admin', priority: 10, subject: { namespaces: {} }, egress },
});
const INSIDE = '198.18.7.0/24';
const OUTSIDE = '203.0.113.0/24';
const CLUSTER = ['198.18.0.0/16'];

/** What nodes make of a stored document. */
const atNodes = (ref: typeof policyRef, document: unknown) => {
  const { policy, errors } = normalise({ ...ref, uid: 'u', revision: 1, document });
  return { errors, specs: policy.specs, rules: policy.specs.flatMap(({ rules }) => rules) };
};
const short = ({ action, peers, origin }: NormalRule) =>
  `${action} ${peers.map((peer) => (peer.type === 'cidr' ? peer.prefix : peer.type)).join()} ${origin.rule}`;

describe('shutForm', () => {
  it('is refused by nodes too, which isolate its subject and allow nothing', () => {
    for (const value of [policy, { ...policy, spec: { ...policy.spec, ingres: [] } }]) {
      const { errors, specs } = atNodes(policyRef, shutForm(policyRef, value, 'why'));
      expect(errors).not.toEqual([]);
      expect(specs).toMatchObject([{ isolates: { ingress: true, egress: false }, rules: [] }]);
    }
  });

  it('is nothing where the subject cannot be read', () => {
    for (const value of [null, 'text', { ...policy, spec: { ...policy.spec, endpointSelector: 5 } }])
      expect(shutForm(policyRef, value, 'why')).toBeNull();
  });

  it('in a tier, spoils the rules that are meant: no accept of them, their deny and pass deny all', () => {
    const value = admin(to('Accept', OUTSIDE), to('Accept', INSIDE), to('Pass', INSIDE), to('Deny', OUTSIDE));
    const paths = ['$.spec.egress[1]', '$.spec.egress[2]'];
    const some = atNodes(adminRef, shutForm(adminRef, value, 'why', paths));
    expect(some.rules.map(short)).toEqual([
      `allow ${OUTSIDE} egress[0]`,
      'deny identity egress[2]',
      `deny ${OUTSIDE} egress[3]`,
    ]);
    // Where it is not known which document is meant, none of its rules is believed.
    const all = atNodes(adminRef, shutForm(adminRef, value, 'why'));
    expect(all.rules.map(short)).toEqual(['deny identity egress[2]', 'deny identity egress[3]']);
  });
});

describe('withoutOverlaps', () => {
  const content = (document: unknown): Content => ({
    files: 1,
    accepted: [{ ref: adminRef, document, file: 'a.yaml', line: 4 }],
    refused: [],
    mistakes: [],
    complete: true,
  });

  it('refuses networks inside the cluster as an apply does, and leaves others', () => {
    const fine = content(admin(to('Accept', OUTSIDE)));
    expect(withoutOverlaps(fine, CLUSTER)).toEqual(fine);
    const wrong = withoutOverlaps(content(admin(to('Accept', OUTSIDE), to('Accept', INSIDE))), CLUSTER);
    expect(wrong.accepted).toEqual([]);
    expect(wrong.mistakes).toEqual([
      expect.objectContaining({ file: 'a.yaml', line: 4, path: '$.spec.egress[1]', key: keyOf(adminRef) }),
    ]);
    const { errors, rules } = atNodes(adminRef, wrong.refused[0]?.shut);
    expect(errors).not.toEqual([]);
    expect(rules.map(short)).toEqual([`allow ${OUTSIDE} egress[0]`]);
  });

  it('takes such rules out of what is refused already', () => {
    const value = admin(to('Accept', INSIDE), { ...to('Accept', OUTSIDE), acton: 1 }, to('Accept', OUTSIDE));
    const refused = { ref: adminRef, shut: shutForm(adminRef, value, 'why'), why: 'why' };
    expect(atNodes(adminRef, refused.shut).rules.map(short)).toContain(`allow ${INSIDE} egress[0]`);
    const without = withoutOverlaps({ ...content(null), accepted: [], refused: [refused] }, CLUSTER);
    const { rules } = atNodes(adminRef, without.refused[0]?.shut);
    expect(rules.map(short)).toEqual([`allow ${OUTSIDE} egress[2]`]);
  });
});
