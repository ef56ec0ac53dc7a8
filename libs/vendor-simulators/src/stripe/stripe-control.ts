import { z } from 'zod';
import { jsonOf, type SimReply, type SimRequest } from '../core/sim-http';
import type { StripeParts } from './stripe-api';
import { PRORATIONS } from './subscriptions';

const commandSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('complete'), session: z.string() }),
  z.strictObject({ do: z.literal('decline'), session: z.string() }),
  z.strictObject({ do: z.literal('expire'), session: z.string() }),
  z.strictObject({ do: z.literal('refund'), payment_intent: z.string(), amount: z.int().optional() }),
  z.strictObject({ do: z.literal('fail-refund'), refund: z.string() }),
  z.strictObject({
    do: z.literal('dispute'),
    payment_intent: z.string(),
    amount: z.int().optional(),
    inquiry: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal('close-dispute'), dispute: z.string(), status: z.enum(['won', 'lost']) }),
  z.strictObject({ do: z.literal('advance'), seconds: z.int().positive() }),
  z.strictObject({ do: z.literal('card'), customer: z.string(), declines: z.boolean() }),
  z.strictObject({
    do: z.literal('change'),
    subscription: z.string(),
    price: z.string(),
    proration: z.enum(PRORATIONS).default('always_invoice'),
  }),
  z.strictObject({
    do: z.literal('cancel'),
    subscription: z.string(),
    at_period_end: z.boolean().default(true),
  }),
  z.strictObject({ do: z.literal('endpoint'), url: z.url(), secret: z.string() }),
  z.strictObject({ do: z.literal('hold'), held: z.boolean() }),
]);
export type StripeCommand = z.input<typeof commandSchema>;

/** What happens at Stripe without our asking: customers pay, banks dispute, time passes. */
export function runCommand(parts: StripeParts, input: StripeCommand): object {
  const command = commandSchema.parse(input);
  const { world, checkout, payments, subscriptions, webhooks } = parts;
  switch (command.do) {
    case 'complete':
      return checkout.complete(command.session);
    case 'decline':
      return checkout.decline(command.session);
    case 'expire':
      return checkout.expire(command.session);
    case 'refund':
      return payments.refund(command.payment_intent, command.amount);
    case 'fail-refund':
      return payments.failRefund(command.refund);
    case 'dispute':
      return payments.dispute(command.payment_intent, command);
    case 'close-dispute':
      return payments.closeDispute(command.dispute, command.status);
    case 'advance':
      subscriptions.advance(command.seconds);
      return { clock: world.clock() };
    case 'card':
      return setCard(world, command.customer, command.declines);
    case 'change':
      return subscriptions.change(command.subscription, command.price, command.proration);
    case 'cancel':
      return command.at_period_end
        ? subscriptions.setCancelAtPeriodEnd(command.subscription, true)
        : subscriptions.cancel(command.subscription);
    case 'endpoint':
      return setEndpoint(parts, command.url, command.secret);
    case 'hold':
      webhooks.held = command.held;
      return { held: command.held };
  }
}

function setCard(world: StripeParts['world'], customer: string, declines: boolean): object {
  if (declines) world.declining.add(customer);
  else world.declining.delete(customer);
  return { customer, declines };
}

/** An endpoint whose secret is known before, as the dashboard would show it. */
function setEndpoint({ world, webhooks }: StripeParts, url: string, secret: string): object {
  const known = webhooks.endpoints.find((endpoint) => endpoint.url === url);
  if (known !== undefined) return Object.assign(known, { secret });
  webhooks.endpoints.push({
    ...{ id: world.id('we'), object: 'webhook_endpoint', created: world.now(), url, secret },
    ...{ enabled_events: ['*'], status: 'enabled' },
  });
  return { url };
}

/** `POST /_control` with one command as JSON. */
export function controlRoute(parts: StripeParts, request: SimRequest): SimReply {
  const parsed = commandSchema.safeParse(jsonOf(request));
  if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } };
  return { status: 200, body: runCommand(parts, parsed.data) };
}
