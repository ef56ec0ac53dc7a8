import { newId } from '@shotloom/kernel';
import {
  attemptsConsumer,
  mediaResultsConsumer,
  type Envelope,
  type MessageContract,
} from '@shotloom/contracts';
import type { Bus, Subscription } from '@shotloom/bus';
import { sql } from 'kysely';
import type { Truth } from '../support/truth';
import type { Dice } from './dice';

const KEPT = 500;

/** Hears what workers and storage report, and says it again later: under a new id, late, and with fields that nobody knows. */
export class Replays {
  private readonly heard: { readonly subject: string; readonly envelope: Envelope }[] = [];
  private readonly subscriptions: Subscription[];
  count = 0;

  constructor(
    private readonly bus: Bus,
    private readonly truth: Truth,
    private readonly dice: Dice,
  ) {
    const listen = (contract: MessageContract, subject: string): Subscription =>
      bus.subscribe(contract, subject, (_payload, { subject: from, envelope }) => {
        this.heard.push({ subject: from, envelope });
        if (this.heard.length > KEPT) this.heard.shift();
      });
    this.subscriptions = [attemptsConsumer, mediaResultsConsumer].flatMap(({ contracts, filter }) =>
      contracts.map((contract) => listen(contract, filter)),
    );
  }

  /** Where the bus or Postgres is dead now, there is nothing to replay to. */
  async replay(count: number): Promise<void> {
    for (let done = 0; done < count && this.heard.length > 0; done += 1) {
      const { subject, envelope } = this.dice.pick(this.heard);
      const more = { from_a_newer_version: [{ deep: null }] };
      const payload = { ...(envelope.payload as Record<string, unknown>), ...more };
      await this.bus
        .publishEnvelope(subject, { ...envelope, ...more, id: newId(), payload })
        .then(() => (this.count += 1))
        .catch(() => undefined);
    }
    await this.replayWork(count).catch(() => undefined);
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  /** Work and ingests, from the rows that they were sent from; the outbox says that a replay is a new row. */
  private async replayWork(count: number): Promise<void> {
    await this.truth.run(sql`
      INSERT INTO jobs.outbox (id, partition, subject, envelope, headers)
      SELECT fresh.id, partition, subject, jsonb_set(envelope, '{id}', to_jsonb(fresh.id::text)), headers
      FROM (SELECT * FROM jobs.outbox WHERE published_at IS NOT NULL
          AND (subject LIKE 'work.%' OR subject = 'media.ingest') ORDER BY random() LIMIT ${count}) AS sent,
        LATERAL (SELECT gen_random_uuid() AS id WHERE sent.id IS NOT NULL) AS fresh`);
    this.count += count;
  }
}
