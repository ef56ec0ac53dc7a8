import { randomBytes } from 'node:crypto';
import type { CallbackSender } from './callback-sender';
import type { SimAccount, SimOrder, SimTaskOf } from './task-book';

/** Where a forged callback says that the video is. */
export const FORGED_URL = 'http://127.0.0.1:9/forged.mp4';

/** What a vendor's callbacks are made of. */
export interface CallbackForm<T> {
  /** `forgedUrl`: as if the task had succeeded, with this as its result. */
  readonly bodyOf: (task: T, forgedUrl: string | null) => Record<string, unknown>;
  /** `whsec_...`; null: sent without a signature. */
  readonly secretFor: (task: T) => string | null;
}

/** Calls back on every change of a task that asked for it, as well or as badly as was scripted. */
export class TaskCallbacks<A extends SimAccount, O extends SimOrder> {
  /** Held back so that a later one comes first. */
  private readonly held = new Map<string, Record<string, unknown>>();

  constructor(
    private readonly sender: CallbackSender,
    private readonly form: CallbackForm<SimTaskOf<A, O>>,
  ) {}

  changed(task: SimTaskOf<A, O>): void {
    const url = task.order.callbackUrl;
    if (url === null) return;
    const body = this.form.bodyOf(task, null);
    const secret = this.form.secretFor(task);
    switch (task.callbackMode) {
      case 'normal':
        void this.sender.send({ url, body, secret });
        return;
      case 'duplicate':
        void this.sender.send({ url, body, secret }, 3);
        return;
      case 'drop':
        return;
      case 'forge':
        void this.sender.send({
          url,
          body: this.form.bodyOf(task, FORGED_URL),
          secret: secret === null ? null : `whsec_${randomBytes(24).toString('base64')}`,
        });
        void this.sender.send({ url, body, secret });
        return;
      case 'reorder':
        void this.sendLateFirst(task, url, body, secret);
        return;
    }
  }

  private async sendLateFirst(
    task: SimTaskOf<A, O>,
    url: string,
    body: Record<string, unknown>,
    secret: string | null,
  ): Promise<void> {
    const earlier = this.held.get(task.id);
    if (earlier === undefined && task.state === 'processing') {
      this.held.set(task.id, body);
      return;
    }
    this.held.delete(task.id);
    await this.sender.send({ url, body, secret });
    if (earlier !== undefined) await this.sender.send({ url, body: earlier, secret });
  }
}
