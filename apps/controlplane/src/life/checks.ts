import { Injectable } from '@nestjs/common';
import type { CheckInput } from '@sluice/api';

/** What parts of the program want `status` to say, beside what it looks at itself. */
@Injectable()
export class StatusChecks {
  private readonly sources: (() => readonly CheckInput[])[] = [];

  /** Asks `source` whenever the status is told; it must not throw. */
  add(source: () => readonly CheckInput[]): void {
    this.sources.push(source);
  }

  all(): CheckInput[] {
    return this.sources.flatMap((source) => source());
  }
}
