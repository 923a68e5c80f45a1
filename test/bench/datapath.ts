import { bridged, directPair, routedNft, type Variant } from './namespaces.ts';
import { buildNetbench, manyPorts, measure, serve, setOffload, type Mode } from './netbench.ts';
import type { Report, Row } from './report.ts';
import { median, met } from './stats.ts';
import { sluicePair } from './sluice.ts';

interface Case {
  readonly name: string;
  readonly mode: Mode;
  readonly offload: boolean;
  readonly goal: number;
  /** What Cilium 1.20-dev's agent reached on such a machine, to one direct pair. */
  readonly cilium: number;
}
const CASES: readonly Case[] = [
  { name: 'request/response, 1 byte', mode: 'rr', offload: true, goal: 0.92, cilium: 0.85 },
  { name: 'new connection + one request', mode: 'crr', offload: true, goal: 0.85, cilium: 0.8 },
  { name: 'bulk, segmentation offload on', mode: 'bulk', offload: true, goal: 0.95, cilium: 0.94 },
  { name: 'bulk, segmentation offload off', mode: 'bulk', offload: false, goal: 0.7, cilium: 0.6 },
];

export interface Options {
  readonly minRounds: number;
  readonly maxRounds: number;
  readonly roundMs: number;
  readonly log: (line: string) => void;
}

/** Same-node ways from workload to workload, as ratios to one direct veth pair, every variant in each round. */
export async function datapath(options: Options): Promise<Report> {
  using netbench = buildNetbench();
  await using sluice = await sluicePair(options.log);
  const id = String(process.pid % 10_000);
  using direct = directPair(id);
  using bridge = bridged(id);
  using nft = routedNft(id);
  const variants: readonly Variant[] = [direct, sluice.variant, bridge, nft];
  const servers: Disposable[] = [];
  const rows: Row[] = [];
  let rounds = 0;
  try {
    for (const variant of variants) {
      manyPorts(variant);
      servers.push(await serve(netbench.path, variant));
    }
    for (const test of CASES) {
      for (const variant of variants) setOffload(variant, test.offload);
      for (const family of [4, 6] as const) {
        const result = rate(netbench.path, variants, test, family, options);
        rounds = Math.max(rounds, result.rounds);
        rows.push(result.row);
      }
    }
  } finally {
    for (const server of servers) server[Symbol.dispose]();
  }
  return { bench: 'datapath', rounds, rows };
}

function rate(
  netbench: string,
  variants: readonly Variant[],
  test: Case,
  family: 4 | 6,
  options: Options,
): { readonly row: Row; readonly rounds: number } {
  const ratios: number[][] = variants.map(() => []);
  const absolute: number[] = [];
  let verdict: boolean | null = null;
  for (let round = 0; round < options.maxRounds; round += 1) {
    // The order turns from round to round, so that no variant always follows the same one.
    const order = variants.map((_, i) => (i + round) % variants.length);
    const values: number[] = [];
    for (const i of order) values[i] = measure(netbench, variants[i]!, test.mode, family, options.roundMs);
    absolute.push(values[0]!);
    values.forEach((value, i) => ratios[i]!.push(value / values[0]!));
    verdict = met(ratios[1]!, '>=', test.goal);
    if (round + 1 >= options.minRounds && verdict !== null) break;
  }
  const name = `${test.name}, IPv${family}`;
  options.log(`${name}: ${median(ratios[1]!).toFixed(3)} of the direct pair in ${absolute.length} rounds`);
  const beside: Record<string, number | string> = {};
  variants.forEach((variant, i) => i > 1 && (beside[variant.name] = median(ratios[i]!)));
  beside['Cilium 1.20-dev'] = test.cilium;
  beside[test.mode === 'bulk' ? 'direct pair, bytes/s' : 'direct pair, 1/s'] = median(absolute);
  const row: Row = {
    name,
    value: median(ratios[1]!),
    unit: 'of one direct veth pair',
    goal: `>= ${test.goal}`,
    met: verdict,
    beside,
  };
  return { row, rounds: absolute.length };
}
