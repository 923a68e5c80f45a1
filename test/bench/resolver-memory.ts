/** Prints the resident megabytes of this process once it holds what a large node does: `policies` or `prefixes`. */
import { Resolver, type ResolvedClass } from '@sluice/policy';
import { identity, manyPrefixes, normal, policy, prefixPolicy, subjectId } from './resolver-workload.ts';

const resolver = new Resolver('always');
const forms: ResolvedClass[] = [];

function manyPolicies(): void {
  for (let i = 0; i < 65_000; i += 1) resolver.upsertIdentity(identity(i));
  for (let p = 0; p < 10_000; p += 1) resolver.setPolicy(normal(policy(p)));
  for (let i = 0; i < 250; i += 1) forms.push(resolver.resolve(subjectId(i)));
}

function manyPeers(): void {
  const { prefixes, identities } = manyPrefixes(50_000);
  resolver.upsertIdentity(identity(0));
  for (const prefix of identities) resolver.upsertIdentity(prefix);
  resolver.setPolicy(normal(prefixPolicy(prefixes)));
  forms.push(resolver.resolve(subjectId(0)));
}

if (process.argv[2] === 'prefixes') manyPeers();
else manyPolicies();
(globalThis as { gc?: () => void }).gc?.();
const used = process.memoryUsage().rss / 2 ** 20;
if (forms.some((f) => f.entries.length === 0)) throw new Error('a subject has no entries');
console.log(used.toFixed(1));
