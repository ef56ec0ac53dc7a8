import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  billingPlansSchema,
  billingQuerySchema,
  billingResourceSchema,
  checkoutResourceSchema,
  openCheckoutSchema,
  openedCheckoutSchema,
  openedPortalSchema,
  openPortalSchema,
  type BillingPlans,
  type BillingQuery,
  type BillingResource,
  type CheckoutResource,
  type OpenCheckout,
  type OpenedCheckout,
  type OpenPortal,
  type Principal,
} from '@shotloom/contracts';
import { actorOf } from '../audit/audit-log';
import { Answers, TakesQuery } from '../docs/route-docs';
import { readIdempotencyKey } from '../generate/idempotency-key';
import { pathId } from '../http/path-id';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { requireOwner } from '../identity/require-owner';
import { Billing } from './billing';
import type { OfferRow } from './offers';

/** What is sold, and what an account has bought. Off (503) without the keys of Stripe. */
@ApiTags('Billing')
@Controller('api/v1/billing')
@RequireScope('read')
export class BillingController {
  constructor(private readonly billing: Billing) {}

  @Get('plans')
  @Answers(200, billingPlansSchema, 'What can be bought: packs of credits, and subscriptions', [503])
  async getBillingPlans(@CurrentPrincipal() { accountId }: Principal): Promise<BillingPlans> {
    const { offers, accounts } = this.billing.on;
    const [listed, plan, subscription] = await Promise.all([
      offers.listed(),
      accounts.plan(accountId),
      accounts.subscription(accountId),
    ]);
    const packs = listed.filter(({ kind }) => kind === 'pack');
    const subscriptions = listed.filter(({ kind }) => kind === 'subscription');
    return {
      packs: packs.map(toOffer),
      subscriptions: subscriptions.map((row) => ({
        ...toOffer(row),
        plan_id: row.plan_id ?? '',
        current: subscription?.offer_id === row.id,
      })),
      current_plan: plan,
    };
  }

  @Get()
  @TakesQuery(billingQuerySchema)
  @Answers(
    200,
    billingResourceSchema,
    'The plan and subscription of your account, and what was paid',
    [422, 503],
  )
  getBilling(
    @Query({ schema: billingQuerySchema }) query: BillingQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<BillingResource> {
    return this.billing.on.accounts.read(principal, query);
  }

  @Post('checkout')
  @HttpCode(201)
  @RequireScope('generate')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body give the same page; another body gives 409.',
  })
  @Answers(
    201,
    openedCheckoutSchema,
    'A page to pay at, at Stripe; for owners and admins',
    [400, 404, 409, 415, 422, 503],
  )
  async openCheckout(
    @Body({ schema: openCheckoutSchema }) body: OpenCheckout,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<OpenedCheckout> {
    const { accounts, checkouts } = this.billing.on;
    await accounts.requireBuyer(principal);
    const opened = await checkouts.open({
      principal,
      offerId: body.offer_id,
      successUrl: body.success_url,
      cancelUrl: body.cancel_url,
      idempotencyKey: readIdempotencyKey(key),
      actor: actorOf(request),
    });
    const { id, kind, url, expiresAt } = opened;
    return { id, kind, url, expires_at: expiresAt?.toISOString() ?? null };
  }

  @Get('checkouts/:id')
  @Answers(
    200,
    checkoutResourceSchema,
    'Whether it was paid; asks Stripe where no event has said so yet',
    [404, 503],
  )
  async getCheckout(
    @Param('id') id: string,
    @CurrentPrincipal() { accountId }: Principal,
  ): Promise<CheckoutResource> {
    const { checkouts, reconciler } = this.billing.on;
    const checkoutId = pathId('checkout', id);
    let row = await checkouts.get(accountId, checkoutId);
    if (row.status === 'open' && row.stripe_session_id !== null && (await checkouts.touch(checkoutId))) {
      const customerId = (await this.billing.on.accounts.customerOf(accountId)) ?? '';
      const subject = { kind: 'session', id: row.stripe_session_id, customerId } as const;
      // What cannot be learnt now is told by the event or the sweep.
      await reconciler.reconcile(subject).catch(() => undefined);
      row = await checkouts.get(accountId, checkoutId);
    }
    return {
      id: row.id,
      offer_id: row.offer_id,
      status: row.status,
      credits: Number(row.credits),
      price: { amount: Number(row.amount), currency: row.currency },
      created_at: row.created_at.toISOString(),
    };
  }

  @Post('portal')
  @HttpCode(201)
  @RequireScope('generate')
  @Answers(
    201,
    openedPortalSchema,
    'The page at Stripe where a card, a subscription and invoices are managed; for owners and admins',
    [400, 409, 415, 422, 503],
  )
  async openPortal(
    @Body({ schema: openPortalSchema.optional() }) body: OpenPortal | undefined,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.infer<typeof openedPortalSchema>> {
    const { accounts } = this.billing.on;
    // Who holds a key for programs must not end a subscription or read invoices.
    requireOwner(principal);
    await accounts.requireBuyer(principal);
    return { url: await accounts.portal(principal.accountId, body?.return_url) };
  }
}

function toOffer(row: OfferRow) {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    credits: Number(row.credits),
    price: { amount: Number(row.amount), currency: row.currency },
  };
}
