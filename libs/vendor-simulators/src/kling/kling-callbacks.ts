import { randomBytes } from 'node:crypto';
import type { CallbackSender } from '../core/callback-sender';
import type { KlingTask } from './kling-tasks';
import { legacyView, standardView, type LinkMaker } from './task-views';

const FORGED_URL = 'http://127.0.0.1:9/forged.mp4';

/** Calls back on every change of a task that asked for it, as well or as badly as was scripted. */
export class KlingCallbacks {
  /** Held back so that a later one comes first. */
  private readonly held = new Map<string, Record<string, unknown>>();

  constructor(
    private readonly sender: CallbackSender,
    private readonly link: LinkMaker,
    private readonly signLegacy: boolean,
  ) {}

  changed(task: KlingTask): void {
    const url = task.order.callbackUrl;
    if (url === null) return;
    const body = this.bodyOf(task);
    const secret = this.secretFor(task);
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
          body: this.forged(task),
          secret: `whsec_${randomBytes(24).toString('base64')}`,
        });
        void this.sender.send({ url, body, secret });
        return;
      case 'reorder':
        void this.sendLateFirst(task, url, body, secret);
        return;
    }
  }

  private async sendLateFirst(
    task: KlingTask,
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

  /** Says that the task is done, and where a stranger's file is. */
  private forged(task: KlingTask): Record<string, unknown> {
    return this.bodyOf({ ...task, state: 'succeeded', charged: '0' }, () => FORGED_URL);
  }

  private bodyOf(task: KlingTask, link: LinkMaker = this.link): Record<string, unknown> {
    return task.order.generation === 'legacy' ? legacyView(task, link) : standardView(task, link);
  }

  private secretFor({ order, account }: KlingTask): string | null {
    return order.generation === 'legacy' && !this.signLegacy ? null : account.webhookSecret;
  }
}
