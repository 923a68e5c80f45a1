/** Statistics of the benches: paired per-round ratios and whether a goal is met. Pure. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Nearest-rank percentile, p in 0..1. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))]!;
}

/**
 * A distribution-free interval for the median that holds with at least 95%: between the order statistics k and n+1-k, where
 * k is the largest with P(Binomial(n, 1/2) < k) <= 2.5%. Fewer than 6 values have none: the whole range is returned.
 */
export function medianInterval(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  let below = 0;
  let probability = 0.5 ** n;
  let cumulative = probability;
  while (cumulative <= 0.025) {
    below += 1;
    probability = (probability * (n - below + 1)) / below;
    cumulative += probability;
  }
  const k = Math.max(1, below);
  return [sorted[k - 1]!, sorted[n - k]!];
}

/**
 * A distribution-free interval for the quantile `p` that holds with at least 95%, between order statistics; where the values are too
 * few for one, its end is infinite.
 */
export function quantileInterval(values: readonly number[], p: number): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  // P(Binomial(n, p) <= k), by its logarithm: p^n underflows.
  let log = n * Math.log1p(-p);
  let cumulative = Math.exp(log);
  const below: number[] = [cumulative];
  for (let k = 1; k <= n; k += 1) {
    log += Math.log((n - k + 1) / k) + Math.log(p / (1 - p));
    cumulative += Math.exp(log);
    below.push(cumulative);
  }
  const low = below.findLastIndex((sum) => sum <= 0.025);
  const high = below.findIndex((sum) => sum >= 0.975);
  return [sorted[low] ?? -Infinity, sorted[high] ?? Infinity];
}

/** Whether the true quantile is at most the goal: true, false, or null where the values cannot decide. */
export function metQuantile(values: readonly number[], p: number, goal: number): boolean | null {
  const [low, high] = quantileInterval(values, p);
  return high <= goal ? true : low > goal ? false : null;
}

/** Whether the true median is at least (`>=`) or at most (`<=`) the goal: true, false, or null where the rounds cannot decide. */
export function met(values: readonly number[], relation: '>=' | '<=', goal: number): boolean | null {
  const [low, high] = medianInterval(values);
  if (relation === '>=') return low >= goal ? true : high < goal ? false : null;
  return high <= goal ? true : low > goal ? false : null;
}
