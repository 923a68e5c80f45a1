import { createWriteStream, type WriteStream } from 'node:fs';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ControlPlaneConfig } from '@sluice/api';
import { CONFIG } from '../tokens.js';

/** One line of the audit log. Never holds documents, keys or tokens. */
export interface AuditRecord {
  readonly event:
    | 'refused'
    | 'apply'
    | 'delete'
    | 'rollback'
    | 'confirm'
    | 'taken-back'
    | 'expired'
    | 'directory'
    | 'suspend'
    | 'resume'
    | 'suspension-ended'
    | 'put-pool'
    | 'put-settings'
    | 'delete-node'
    | 'accept-store'
    | 'label-node'
    | 'put-service'
    | 'delete-service'
    | 'agent-connected'
    | 'agent-gone';
  readonly user: string;
  readonly what: string;
  readonly [detail: string]: unknown;
}

/** Appends one JSON line for each change and each refusal to the configured file, or to stderr. */
@Injectable()
export class AuditLog implements OnApplicationShutdown {
  private readonly stream: WriteStream | NodeJS.WriteStream;

  constructor(@Inject(CONFIG) private readonly config: ControlPlaneConfig) {
    this.stream =
      config.auditLog === null
        ? process.stderr
        : createWriteStream(config.auditLog, { flags: 'a', mode: 0o600 });
    // A full disk must not stop the control plane; it must be said.
    if (config.auditLog !== null) {
      this.stream.on('error', (error: Error) =>
        process.stderr.write(`the audit log cannot be written: ${error.message}\n`),
      );
    }
  }

  write(record: AuditRecord): void {
    this.stream.write(
      `${JSON.stringify({ time: new Date().toISOString(), replica: this.config.name, ...record })}\n`,
    );
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.stream === process.stderr) return;
    await new Promise<void>((resolve) => this.stream.end(() => resolve()));
  }
}
