import type { OracleAnswer } from '../oracle/index.js';

function featuresOf(answer: OracleAnswer, staged: OracleAnswer): readonly string[] {
  return staged.allowed === answer.allowed ? answer.features : [...answer.features, 'staged-differs'];
}

/** How often each feature decided a verdict. */
export class Tally {
  asked = 0;
  allowed = 0;
  readonly #counts = new Map<string, number>();

  /** Counts one verdict; `staged` is the other one where staged policies exist. */
  add(answer: OracleAnswer, staged: OracleAnswer = answer): void {
    this.asked += 1;
    if (answer.allowed) this.allowed += 1;
    for (const feature of featuresOf(answer, staged))
      this.#counts.set(feature, (this.#counts.get(feature) ?? 0) + 1);
  }

  /** Of all verdicts, from 0 to 1. */
  share(feature: string): number {
    return (this.#counts.get(feature) ?? 0) / this.asked;
  }

  /** Of some questions the one whose deciding features have decided least so far: what is rare is asked first. */
  rarest<T extends { readonly answer: OracleAnswer; readonly staged: OracleAnswer }>(
    candidates: readonly T[],
  ): T {
    const least = ({ answer, staged }: T) =>
      Math.min(...featuresOf(answer, staged).map((f) => this.#counts.get(f) ?? 0));
    return candidates.reduce((best, next) => (least(next) < least(best) ? next : best));
  }

  /** One line for people. */
  report(features: readonly string[]): string {
    const percent = (n: number) => `${(100 * n).toFixed(1)}%`;
    const decided = features.map((f) => `${f} ${percent(this.share(f))}`).join(', ');
    return `${this.asked} packets, ${percent(this.allowed / this.asked)} allowed; decided by: ${decided}`;
  }
}
