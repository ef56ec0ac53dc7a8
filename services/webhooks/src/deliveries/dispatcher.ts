import { disableEndpoint, FEWEST_FAILURES } from '../endpoints/disable-endpoint';
import { openSecret } from '../endpoints/secrets';
import type { Parts } from '../parts';
import { callEndpoint, type Call } from './call-endpoint';
import { claimDue, type Claimed } from './claim-due';
import { giveBack, settleCall, type Settled } from './settle-call';

const LOOK_MS = 500;
/** A claim lasts this much longer than its call may take: for the settling, and for clocks that differ. Milliseconds. */
const CLAIM_SPARE_MS = 45_000;
/** A call whose secret does not open, or whose event cannot be read, is looked at again after this. Milliseconds. */
const UNREADABLE_MS = 60_000;
/** Calls that run get this long when the process stops. Milliseconds. */
const GRACE_MS = 6_000;
const HOUR_MS = 3_600_000;

/**
 * Sends what is due, as much at once as this process has room for. What is claimed and never settled (this process dies, Postgres is away) comes
 * up again when its claim ends, with the same id.
 */
export class Dispatcher {
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private readonly lost = new AbortController();
  private looking: Promise<void> = Promise.resolve();
  private awake = Promise.withResolvers<void>();

  constructor(private readonly parts: Parts) {}

  start(): void {
    this.looking = this.look();
  }

  /** Something may be due. */
  wake(): void {
    this.awake.resolve();
  }

  /** Claims no more, lets calls end, and leaves those that do not to another process. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.looking;
    const grace = setTimeout(() => this.lost.abort(), GRACE_MS);
    await Promise.all(this.running);
    clearTimeout(grace);
  }

  private async look(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.awake = Promise.withResolvers<void>();
      const isMore = await this.pass().catch((error: unknown) => {
        this.parts.logger.warn({ err: error }, 'due webhooks cannot be claimed now; they wait');
        return false;
      });
      if (!isMore) await this.rest();
    }
  }

  private async rest(): Promise<void> {
    const { promise, resolve } = this.awake;
    const timer = setTimeout(resolve, LOOK_MS);
    await promise;
    clearTimeout(timer);
  }

  /** One pass. Returns whether another may begin calls at once. */
  private async pass(): Promise<boolean> {
    const { config, clock, database } = this.parts;
    const room = config.WEBHOOK_CONCURRENCY - this.running.size;
    if (room <= 0) return false;
    const now = clock.now();
    const { claimed, more } = await claimDue(database, {
      ...{
        now,
        room,
        until: new Date(now.getTime() + config.WEBHOOK_TIMEOUT_SECONDS * 1_000 + CLAIM_SPARE_MS),
      },
      perEndpoint: config.WEBHOOK_ENDPOINT_CONCURRENCY,
      perAccount: config.WEBHOOK_ACCOUNT_CONCURRENCY,
    });
    if (claimed.length === 0) return more;
    const calls = await this.read(claimed);
    for (const one of claimed) this.begin(one, calls.get(one.id));
    return true;
  }

  private begin(claimed: Claimed, call: Call | undefined): void {
    const work = this.deliver(claimed, call)
      .catch((error: unknown) => {
        const { id, endpointId } = claimed;
        this.parts.logger.warn({ err: error, deliveryId: id, webhookId: endpointId }, 'a call is made again');
      })
      .finally(() => {
        this.running.delete(work);
        this.parts.metrics.running(this.running.size);
        this.wake();
      });
    this.running.add(work);
    this.parts.metrics.running(this.running.size);
  }

  private async deliver(claimed: Claimed, call: Call | undefined): Promise<void> {
    const { sender, clock, database, metrics } = this.parts;
    const begun = performance.now();
    // Ours to mend, so it is no failure of the endpoint, and takes none of its tries.
    if (!call) return giveBack(database, claimed, new Date(clock.now().getTime() + UNREADABLE_MS));
    const result = await callEndpoint(sender, call, { now: clock.now(), signal: this.lost.signal });
    // Another process need not wait for the end of the claim.
    if (result.kind === 'stopped') return giveBack(database, claimed, clock.now());
    const durationMs = Math.round(performance.now() - begun);
    const settled = await settleCall(database, claimed, result, { now: clock.now(), durationMs });
    metrics.call(outcomeOf(settled), durationMs / 1_000);
    await this.disableWhereDead(claimed.endpointId, settled);
  }

  private async disableWhereDead(webhookId: string, { verdict, failing }: Settled): Promise<void> {
    if (!verdict || !failing) return;
    const { config, clock, logger, metrics } = this.parts;
    const failingMs = clock.now().getTime() - failing.since.getTime();
    const isDead =
      failing.failures >= FEWEST_FAILURES && failingMs >= config.WEBHOOK_DISABLE_AFTER_HOURS * HOUR_MS;
    const isGone = verdict.kind === 'failed' && verdict.isGone;
    if (!isDead && !isGone) return;
    const reason = isGone ? 'gone' : 'failing';
    if (!(await disableEndpoint(this.parts, webhookId, reason))) return;
    metrics.disabled(reason);
    logger.info({ webhookId, reason, failures: failing.failures }, 'a webhook was disabled');
  }

  /** Addresses, bodies and secrets, by delivery. One whose secret does not open has none. */
  private async read(claimed: readonly Claimed[]): Promise<ReadonlyMap<string, Call>> {
    const { database, keys, clock, logger } = this.parts;
    const rows = await database.sql
      .selectFrom('webhooks.deliveries as delivery')
      .innerJoin('webhooks.events as event', 'event.id', 'delivery.event_id')
      .innerJoin('webhooks.endpoints as endpoint', 'endpoint.id', 'delivery.endpoint_id')
      .select([
        'delivery.id',
        (select) => select.fn.coalesce('endpoint.signer_id', 'endpoint.id').as('signerId'),
        'endpoint.url',
        'event.id as eventId',
        'event.body',
      ])
      .where(
        'delivery.id',
        'in',
        claimed.map(({ id }) => id),
      )
      .execute();
    if (rows.length === 0) return new Map();
    const secrets = await database.sql
      .selectFrom('webhooks.endpoint_secrets')
      .selectAll()
      .where('endpoint_id', 'in', [...new Set(rows.map(({ signerId }) => signerId))])
      .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', clock.now())]))
      .orderBy('version', 'desc')
      .execute();
    const opened = new Map<string, string[]>();
    for (const row of secrets) {
      try {
        if (keys)
          opened.set(row.endpoint_id, [...(opened.get(row.endpoint_id) ?? []), openSecret(keys, row)]);
      } catch (error) {
        logger.error({ err: error, webhookId: row.endpoint_id }, 'the secret of a webhook does not open');
      }
    }
    const signed = rows.flatMap(({ id, signerId, ...call }) => {
      const of = opened.get(signerId);
      return of ? [[id, { ...call, secrets: of }] as const] : [];
    });
    return new Map(signed);
  }
}

function outcomeOf({ verdict }: Settled): 'delivered' | 'retried' | 'failed' | 'superseded' {
  if (verdict === null) return 'superseded';
  return verdict.kind === 'again' ? 'retried' : verdict.kind;
}
