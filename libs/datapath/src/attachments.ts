import { existsSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { AttachMode, BpfProgram, Native, TcAttachment, TcDirection } from '@sluice/native';
import { type Alarm, DatapathError, errnoOf } from './errors.js';

/** One program on one hook of one interface. `name` is unique and becomes the pin: `ep-12-ingress`. */
export interface AttachRequest {
  readonly name: string;
  readonly ifindex: number;
  readonly direction: TcDirection;
  readonly program: BpfProgram;
}

interface Held {
  readonly request: AttachRequest;
  /** null: it is lost, and could not be restored yet. */
  readonly attachment: TcAttachment | null;
}

/** What verify found out about one attachment. */
export interface AttachmentState {
  readonly name: string;
  readonly state: 'ok' | 'restored' | 'lost';
  readonly error: string | null;
}

/**
 * Attached programs. TCX links are pinned: they outlive the agent, and a new agent replaces the program in the link, so that
 * there is no packet without a program. With clsact the filter itself stays and is replaced in place.
 */
export class Attachments {
  private readonly held = new Map<string, Held>();
  /** Names that this round of checks has yet to come to. */
  private round: string[] = [];

  constructor(
    private readonly native: Native,
    private readonly folder: string,
    private readonly mode: AttachMode | 'auto',
    private readonly alarm: (alarm: Alarm) => void,
  ) {}

  /** Attaches, or replaces the program of the link that is pinned for this hook. Throws ATTACH. */
  attach(request: AttachRequest): void {
    const pin = this.pinOf(request.name);
    this.held.get(request.name)?.attachment?.[Symbol.dispose]();
    this.held.delete(request.name);
    this.held.set(request.name, { request, attachment: this.tryAttach(request, pin) });
  }

  /** A pin that belongs to another hook is stale (its interface number went to somebody else): a new link takes its place. */
  private tryAttach(request: AttachRequest, pin: string): TcAttachment {
    const { name, ifindex, direction, program } = request;
    const options = { ifindex, direction, program, mode: this.mode, pin };
    try {
      return this.native.attachTc(options);
    } catch (first) {
      if (errnoOf(first) !== 'EINVAL' || !existsSync(pin)) throw this.failure(name, ifindex, first);
      try {
        unlinkSync(pin);
        return this.native.attachTc(options);
      } catch (second) {
        throw this.failure(name, ifindex, second);
      }
    }
  }

  private failure(name: string, ifindex: number, cause: unknown): DatapathError {
    return new DatapathError(
      'ATTACH',
      `cannot attach ${name} to interface ${ifindex}: ${(cause as Error).message}`,
      { cause },
    );
  }

  /** Takes a program off and forgets it. Nothing happens where there is none. */
  detach(name: string): void {
    const held = this.held.get(name);
    this.held.delete(name);
    if (held?.attachment) {
      try {
        held.attachment.detach();
      } catch {
        // The interface may be gone, and with it the hook.
      }
      held.attachment[Symbol.dispose]();
    }
    const pin = this.pinOf(name);
    if (existsSync(pin)) unlinkSync(pin);
  }

  /** Names that are pinned but not wanted: links of endpoints that are no more. */
  stale(wanted: ReadonlySet<string>): readonly string[] {
    return readdirSync(this.folder).filter((name) => !wanted.has(name));
  }

  get names(): readonly string[] {
    return [...this.held.keys()];
  }

  /** How many are lost now. */
  get lost(): number {
    return [...this.held.values()].filter(({ attachment }) => attachment === null).length;
  }

  /** Whether this program is there, as far as the last look at it told. */
  isHeld(name: string): boolean {
    return this.held.get(name)?.attachment != null;
  }

  /**
   * Checks that programs are there and first on their hooks, and restores those that are not: all of them, or the next `most`, so
   * that as many calls come to each. What is lost is tried again whenever its turn comes; the alarm is raised once.
   */
  verify(most = Infinity): readonly AttachmentState[] {
    if (this.round.length === 0) this.round = [...this.held.keys()];
    const due = this.round.splice(0, most);
    return due.flatMap((name) => {
      const held = this.held.get(name);
      return held ? [this.verifyOne(held)] : [];
    });
  }

  private verifyOne({ request, attachment }: Held): AttachmentState {
    const subject = request.name;
    if (attachment && this.isFirst(request, attachment)) return { name: subject, state: 'ok', error: null };
    try {
      attachment?.[Symbol.dispose]();
      const pin = this.pinOf(subject);
      if (existsSync(pin)) unlinkSync(pin);
      this.attach(request);
      this.alarm({
        kind: 'attachment-lost',
        subject,
        message: `${subject} was removed or displaced, and was restored`,
      });
      return { name: subject, state: 'restored', error: null };
    } catch (error) {
      this.held.set(subject, { request, attachment: null });
      const message = `${subject} is lost and cannot be restored: ${(error as Error).message}`;
      if (attachment) this.alarm({ kind: 'attachment-lost', subject, message });
      return { name: subject, state: 'lost', error: message };
    }
  }

  private isFirst(request: AttachRequest, attachment: TcAttachment): boolean {
    try {
      if (attachment.currentProgramId() !== request.program.id) return false;
      return (
        attachment.mode === 'clsact' ||
        this.native.queryTc(request.ifindex, request.direction)[0] === request.program.id
      );
    } catch {
      return false;
    }
  }

  /** Closes the handles; what is attached stays attached. */
  close(): void {
    for (const { attachment } of this.held.values()) attachment?.[Symbol.dispose]();
    this.held.clear();
  }

  private pinOf(name: string): string {
    if (!/^[a-z0-9_-]+$/.test(name))
      throw new DatapathError('ATTACH', `${JSON.stringify(name)} cannot name a pin`);
    return join(this.folder, name);
  }
}
