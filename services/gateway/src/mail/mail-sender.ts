import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { sql } from 'kysely';
import { createTransport, type Transporter } from 'nodemailer';
import { Counter } from 'prom-client';
import type { Database } from '@shotloom/database';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import type { Config } from '../config';
import type { IdentityTables } from '../identity/schema/tables';
import { CONFIG, DATABASE, LOGGER, METRICS } from '../platform/parts';

const LOOK_MS = 1_000;
const AT_ONCE = 10;
const DEADLINES_MS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 } as const;
const BACKOFF = { baseSeconds: 15, maxSeconds: 900 } as const;

interface DueMail {
  readonly id: string;
  readonly to_address: string;
  readonly subject: string;
  readonly body: string;
  readonly attempts: number;
}

type Outcome = (typeof OUTCOMES)[number];
const OUTCOMES = ['sent', 'failed', 'refused', 'expired'] as const;

/**
 * Sends what is in the queue. A mail is claimed by putting its next try off, before it is sent and outside of any transaction: a replica
 * that dies meanwhile leaves it to the next try. So a mail may come twice, with the same Message-ID, and is never lost before it expires.
 */
@Injectable()
export class MailSender implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly transport: Transporter | undefined;
  private readonly domain: string;
  private readonly outcomes: Counter<'outcome'>;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: MetricsRegistry,
  ) {
    this.outcomes = new Counter({
      name: 'shotloom_mails_total',
      help: 'Tries to send a mail, by what became of them',
      labelNames: ['outcome'],
      registers: [metrics],
    });
    // Shown from the start, so that the first of them is a rise.
    for (const outcome of OUTCOMES) this.outcomes.inc({ outcome }, 0);
    this.domain = /@([A-Za-z0-9.-]+)/.exec(config.MAIL_FROM ?? '')?.[1] ?? 'localhost';
    if (config.SMTP_URL !== undefined)
      this.transport = createTransport({ url: config.SMTP_URL, ...DEADLINES_MS });
  }

  onApplicationBootstrap(): void {
    if (this.transport) this.schedule(0);
    else
      this.logger.warn({}, 'SMTP_URL is not set: no mail is sent, and what is queued waits until it expires');
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    this.transport?.close();
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.round().then(
        (more) => this.schedule(more ? 0 : LOOK_MS),
        (error: unknown) => {
          this.logger.warn({ err: error }, 'the queue of mails cannot be read now');
          this.schedule(LOOK_MS);
        },
      );
    }, afterMs);
  }

  /** True where there may be more at once. */
  private async round(): Promise<boolean> {
    await this.giveUpExpired();
    const mails = await this.claim();
    await Promise.all(mails.map((mail) => this.send(mail)));
    return mails.length === AT_ONCE;
  }

  private async claim(): Promise<DueMail[]> {
    const { baseSeconds, maxSeconds } = BACKOFF;
    return this.database.sql
      .updateTable('identity.mails')
      .set({
        attempts: sql<number>`attempts + 1`,
        next_at: sql<Date>`now() + make_interval(secs => least(${maxSeconds}, ${baseSeconds} * 2 ^ least(attempts, 10)))`,
      })
      .where('id', 'in', (where) =>
        where
          .selectFrom('identity.mails')
          .select('id')
          .where('sent_at', 'is', null)
          .where('given_up_at', 'is', null)
          .where('next_at', '<=', sql<Date>`now()`)
          .where('expires_at', '>', sql<Date>`now()`)
          .orderBy('next_at')
          .limit(AT_ONCE)
          .forUpdate()
          .skipLocked(),
      )
      .returning(['id', 'to_address', 'subject', 'body', 'attempts'])
      .execute();
  }

  private async send(mail: DueMail): Promise<void> {
    try {
      await this.transport?.sendMail({
        from: this.config.MAIL_FROM ?? '',
        // As an object, so that an address is never read as a list of addresses.
        to: { name: '', address: mail.to_address },
        subject: mail.subject,
        text: mail.body,
        messageId: `<${mail.id}@${this.domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      await this.noteFailure(mail, error);
      return;
    }
    await this.close(mail.id, 'sent_at', null);
    this.count('sent', mail);
  }

  /** 5xx is for good: the address does not exist, or the server will not have it. Of our password it is not: an operator can change that. */
  private async noteFailure(mail: DueMail, error: unknown): Promise<void> {
    const code = responseCode(error);
    const reason = code === undefined ? 'the server cannot be reached' : `the server answered ${code}`;
    if (code !== undefined && code >= 500 && !isAboutPassword(error)) {
      await this.close(mail.id, 'given_up_at', reason);
      this.count('refused', mail, reason);
      return;
    }
    await this.database.sql
      .updateTable('identity.mails')
      .set({ last_error: reason })
      .where('id', '=', mail.id)
      .execute();
    this.count('failed', mail, reason);
  }

  private async close(id: string, column: 'sent_at' | 'given_up_at', reason: string | null): Promise<void> {
    await this.database.sql
      .updateTable('identity.mails')
      .set({ [column]: sql<Date>`now()`, body: '', last_error: reason })
      .where('id', '=', id)
      .execute();
  }

  private async giveUpExpired(): Promise<void> {
    const rows = await this.database.sql
      .updateTable('identity.mails')
      .set({ given_up_at: sql<Date>`now()`, body: '' })
      .where('sent_at', 'is', null)
      .where('given_up_at', 'is', null)
      .where('expires_at', '<=', sql<Date>`now()`)
      .returning(['id', 'attempts'])
      .execute();
    for (const row of rows) this.count('expired', row);
  }

  /** Never the address, nor what the server said: it often repeats the address. */
  private count(outcome: Outcome, { id, attempts }: Pick<DueMail, 'id' | 'attempts'>, reason?: string): void {
    this.outcomes.inc({ outcome });
    const facts = { mailId: id, attempts, outcome, reason };
    if (outcome === 'sent') this.logger.info(facts, 'mail');
    else this.logger.warn(facts, 'mail');
  }
}

function responseCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('responseCode' in error)) return undefined;
  return typeof error.responseCode === 'number' ? error.responseCode : undefined;
}

function isAboutPassword(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAUTH';
}
