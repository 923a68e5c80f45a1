import { Injectable } from '@nestjs/common';

type Labels = Readonly<Record<string, string>>;

const escape = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const format = (labels: Labels) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

/** A number that only rises, for each set of labels. */
export class Counter {
  private readonly values = new Map<string, number>();
  constructor(
    readonly name: string,
    readonly help: string,
  ) {}

  add(amount: number, labels: Labels = {}): void {
    const key = format(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }

  render(): string {
    const lines = [...this.values].map(([labels, value]) => `${this.name}${labels} ${value}`);
    return [`# HELP ${this.name} ${this.help}`, `# TYPE ${this.name} counter`, ...lines].join('\n');
  }
}

/** A number that is read when it is asked for. */
class Gauge {
  constructor(
    readonly name: string,
    readonly help: string,
    private readonly read: () => number,
  ) {}

  render(): string {
    return `# HELP ${this.name} ${this.help}\n# TYPE ${this.name} gauge\n${this.name} ${this.read()}`;
  }
}

/** Time sums and counts (a Prometheus summary without quantiles), in seconds. */
export class Timer {
  private readonly sums: Counter;
  private readonly counts: Counter;
  constructor(
    readonly name: string,
    readonly help: string,
  ) {
    this.sums = new Counter(`${name}_sum`, help);
    this.counts = new Counter(`${name}_count`, help);
  }

  observe(seconds: number, labels: Labels = {}): void {
    this.sums.add(seconds, labels);
    this.counts.add(1, labels);
  }

  render(): string {
    const values = [this.sums, this.counts].map((counter) => counter.render().replaceAll(/^#.*\n?/gm, ''));
    return [
      `# HELP ${this.name} ${this.help}`,
      `# TYPE ${this.name} summary`,
      ...values.filter((v) => v !== ''),
    ].join('\n');
  }
}

/** All that this replica counts, in Prometheus' text form. */
@Injectable()
export class Metrics {
  private readonly gauges: Gauge[] = [];
  readonly calls = new Timer('sluice_controlplane_call_seconds', 'Calls by protocol, name and outcome.');
  readonly refusals = new Counter(
    'sluice_controlplane_refused_total',
    'Calls refused for want of a certificate or role.',
  );
  readonly changes = new Counter(
    'sluice_controlplane_policy_changes_total',
    'Policies created, configured and deleted.',
  );
  readonly conflicts = new Counter(
    'sluice_controlplane_conflicts_total',
    'Transactions that met a concurrent change.',
  );
  readonly relayed = new Counter('sluice_controlplane_flows_relayed_total', 'Flows sent to observers.');
  readonly lost = new Counter('sluice_controlplane_flows_lost_total', 'Flows that slow observers lost.');

  /** Adds a number that is read at each scrape. */
  gauge(name: string, help: string, read: () => number): void {
    this.gauges.push(new Gauge(name, help, read));
  }

  render(): string {
    const counters = [this.calls, this.refusals, this.changes, this.conflicts, this.relayed, this.lost];
    return `${[...counters, ...this.gauges].map((metric) => metric.render()).join('\n')}\n`;
  }
}
