import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { CheckInput } from '@sluice/api';
import type { StoreHealth as Health } from '@sluice/store';
import { StatusChecks } from '../life/checks.js';
import { Metrics } from '../metrics/metrics.js';
import { StoreGate } from './gate.js';

const EVERY_MS = 5_000;
const MEBIBYTE = 1_048_576;

const ACTIONS: Readonly<Record<string, string>> = {
  NOSPACE:
    'nothing can be written until there is room: etcdctl compact, defrag, then alarm disarm (docs/operations.md, "A full store"); traffic goes on by the last policies',
  CORRUPT: 'a member of etcd has other data than the rest: replace that member from the others',
};

/** What `status` says of the store itself. Pure. */
export function storeChecks({ version, size, inUse, alarms }: Health): CheckInput[] {
  if (alarms.length > 0)
    return alarms.map((alarm) => ({
      name: 'store/alarm',
      level: 'error',
      message: `etcd has raised ${alarm}`,
      hint: ACTIONS[alarm] ?? 'see the log of etcd',
    }));
  const mebibytes = (bytes: number) => (bytes / MEBIBYTE).toFixed(1);
  const message = `etcd ${version}, ${mebibytes(size)} MiB on disk, ${mebibytes(inUse)} in use`;
  return [{ name: 'store/space', level: 'ok', message, hint: '' }];
}

/** Looks every few seconds how etcd itself is, for the status and the metrics. While it cannot be asked the last answer holds. */
@Injectable()
export class StoreHealth implements OnApplicationBootstrap, OnApplicationShutdown {
  private last: Health | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly gate: StoreGate,
    checks: StatusChecks,
    metrics: Metrics,
  ) {
    checks.add(() => (this.last === null ? [] : storeChecks(this.last)));
    metrics.gauge('sluice_store_bytes', 'Size of etcd on disk.', () => this.last?.size ?? 0);
    metrics.gauge('sluice_store_used_bytes', 'Of those, what is in use.', () => this.last?.inUse ?? 0);
    metrics.gauge(
      'sluice_store_alarms',
      'Alarms that etcd has raised, such as NOSPACE.',
      () => this.last?.alarms.length ?? 0,
    );
  }

  onApplicationBootstrap(): void {
    void this.look();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    try {
      this.last = await this.gate.store.health();
    } catch {
      // That it does not answer is the gate's to tell.
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.look(), EVERY_MS);
    this.timer.unref();
  }
}
