import { Injectable } from '@nestjs/common';
import { Counter, Histogram, readGauge, Registry } from '@sluice/telemetry';

/** All that this replica counts, in Prometheus' text form. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  readonly calls = new Histogram({
    name: 'sluice_controlplane_call_seconds',
    help: 'Calls by protocol, name and outcome.',
    labelNames: ['protocol', 'call', 'code'],
    registers: [this.registry],
  });
  readonly refusals = this.counter('refused', 'Calls refused for want of a certificate or role.', [
    'protocol',
  ]);
  readonly changes = this.counter('policy_changes', 'Policies created, configured and deleted.', ['action']);
  readonly conflicts = this.counter('conflicts', 'Transactions that met a concurrent change.');
  readonly relayed = this.counter('flows_relayed', 'Flows sent to observers.');
  readonly lost = this.counter('flows_lost', 'Flows that slow observers lost.');

  /** Adds a number that is read at each scrape. */
  gauge(name: string, help: string, read: () => number): void {
    readGauge(this.registry, { name, help }, () => [{ value: read() }]);
  }

  render(): Promise<string> {
    return this.registry.metrics();
  }

  private counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    const labels = [...labelNames];
    return new Counter({
      name: `sluice_controlplane_${name}_total`,
      help,
      labelNames: labels,
      registers: [this.registry],
    });
  }
}
