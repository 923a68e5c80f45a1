/** Prints the resident megabytes of this process once it holds the policies, identities and entries of a large node. */
import { Resolver, type ResolvedClass } from '@sluice/policy';
import { identity, normal, policy, subjectId } from './resolver-workload.ts';

const resolver = new Resolver('always');
for (let i = 0; i < 65_000; i += 1) resolver.upsertIdentity(identity(i));
for (let p = 0; p < 10_000; p += 1) resolver.setPolicy(normal(policy(p)));
const forms: ResolvedClass[] = [];
for (let i = 0; i < 250; i += 1) forms.push(resolver.resolve(subjectId(i)));
(globalThis as { gc?: () => void }).gc?.();
const used = process.memoryUsage().rss / 2 ** 20;
if (forms.some((f) => f.entries.length === 0)) throw new Error('a subject has no entries');
console.log(used.toFixed(1));
