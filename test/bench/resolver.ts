import type { Options } from './datapath.ts';
import type { Report } from './report.ts';
import * as reference from './resolver-reference.ts';
import { rowOf } from './resolver-run.ts';
import * as scale from './resolver-scale.ts';

/**
 * The policy engine by itself: no store, no kernel. Times to packed buffers; verdicts are compared with the naive evaluator's.
 * Rows with another engine's figure beside them are judged after scaling, the others by the goals of the project.
 */
export async function resolver(options: Options): Promise<Report> {
  const counted = Math.max(7, Math.min(options.minRounds, 15));
  const few = 7;
  const small = reference.fromNothing(5_000, 1_000, 100, 73, counted);
  const large = reference.fromNothing(20_000, 5_000, 250, 490, few);
  const results = [
    small.result,
    large.result,
    ...reference.changes(small.last, 5_000, counted),
    reference.lookups(small.last.forms[1]!, counted),
    reference.cidr(false, 25.1, counted),
    reference.cidr(true, 61.7, counted),
    ...(await scale.selectors(few)),
    ...scale.onePolicy(counted),
    ...scale.prefixes(few),
    scale.classes(),
    scale.parsing(few),
    scale.memory('policies', '10,000 policies, 65,000 identities, 250 subjects', 300),
    scale.memory('prefixes', '50,000 prefixes, one subject', 200),
  ];
  return { bench: 'resolver', rounds: counted, rows: results.map(rowOf) };
}
