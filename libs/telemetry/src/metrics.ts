import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry };

/** One number of a metric, with its labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number | bigint;
}

interface Described {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** A counter whose numbers are kept elsewhere (the kernel, an object) and read at each scrape. */
export function countedElsewhere(registry: Registry, about: Described, read: () => readonly Sample[]): void {
  const { name, help, labels = [] } = about;
  new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      for (const sample of read()) this.inc(sample.labels ?? {}, Number(sample.value));
    },
  });
}

/** A gauge that is read at each scrape. */
export function readGauge(registry: Registry, about: Described, read: () => readonly Sample[]): void {
  const { name, help, labels = [] } = about;
  new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      for (const sample of read()) this.set(sample.labels ?? {}, Number(sample.value));
    },
  });
}
