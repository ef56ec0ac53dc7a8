import { invalid } from './stripe-error';
import type { Metadata, SimCharge, SimDispute, SimPaymentIntent, SimRefund } from './stripe-objects';
import type { StripeWorld } from './stripe-world';

export interface NewIntent {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly metadata: Metadata;
}

const WITHDRAWN: readonly SimDispute['status'][] = ['needs_response', 'under_review', 'lost'];

/** Money: payment intents, their charges, and what goes back. */
export class Payments {
  constructor(private readonly world: StripeWorld) {}

  createIntent(order: NewIntent): SimPaymentIntent {
    const intent = this.world.intents.add<SimPaymentIntent>({
      id: this.world.id('pi'),
      object: 'payment_intent',
      created: this.world.now(),
      livemode: false,
      amount_received: 0,
      latest_charge: null,
      last_payment_error: null,
      status: 'requires_payment_method',
      ...order,
    });
    this.world.emit('payment_intent.created', intent);
    return intent;
  }

  succeed(intent: SimPaymentIntent): SimCharge {
    const charge = this.charge(intent, 'succeeded');
    intent.status = 'succeeded';
    intent.amount_received = intent.amount;
    intent.last_payment_error = null;
    this.world.emit('charge.succeeded', charge);
    this.world.emit('payment_intent.succeeded', intent);
    return charge;
  }

  decline(intent: SimPaymentIntent): void {
    const charge = this.charge(intent, 'failed');
    intent.last_payment_error = {
      type: 'card_error',
      code: 'card_declined',
      message: 'Your card was declined.',
    };
    this.world.emit('charge.failed', charge);
    this.world.emit('payment_intent.payment_failed', intent);
  }

  refund(intentId: string, amount?: number, metadata: Metadata = {}): SimRefund {
    const { world } = this;
    const charge = this.paidCharge(intentId);
    const left = charge.amount - charge.amount_refunded;
    const asked = amount ?? left;
    if (left === 0) {
      throw invalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
    }
    if (asked < 1 || asked > left) {
      throw invalid(`Refund amount (${asked}) is greater than unrefunded amount on charge (${left})`, {
        param: 'amount',
      });
    }
    const { currency, payment_intent } = charge;
    const facts = { amount: asked, currency, charge: charge.id, payment_intent, reason: null, metadata };
    const refund = world.refunds.add<SimRefund>({
      ...{ id: world.id('re'), object: 'refund', created: world.now(), status: 'succeeded' },
      ...facts,
    });
    this.setRefunded(charge, charge.amount_refunded + asked);
    world.emit('refund.created', refund);
    world.emit('charge.refunded', charge);
    return refund;
  }

  /** The bank did not take it: the money is with the seller again. */
  failRefund(refundId: string): SimRefund {
    const refund = this.world.refunds.get(refundId);
    const charge = this.world.charges.get(refund.charge);
    refund.status = 'failed';
    this.setRefunded(charge, charge.amount_refunded - refund.amount);
    this.world.emit('refund.failed', refund);
    return refund;
  }

  dispute(
    intentId: string,
    facts: { readonly amount?: number | undefined; readonly inquiry?: boolean | undefined } = {},
  ): SimDispute {
    const { world } = this;
    const charge = this.paidCharge(intentId);
    const dispute = world.disputes.add<SimDispute>({
      id: world.id('du'),
      object: 'dispute',
      created: world.now(),
      livemode: false,
      amount: facts.amount ?? charge.amount,
      currency: charge.currency,
      charge: charge.id,
      payment_intent: intentId,
      reason: 'fraudulent',
      status: facts.inquiry === true ? 'warning_needs_response' : 'needs_response',
      metadata: {},
    });
    charge.disputed = true;
    world.emit('charge.dispute.created', dispute);
    if (WITHDRAWN.includes(dispute.status)) world.emit('charge.dispute.funds_withdrawn', dispute);
    return dispute;
  }

  closeDispute(disputeId: string, status: 'won' | 'lost'): SimDispute {
    const dispute = this.world.disputes.get(disputeId);
    dispute.status = status;
    this.world.emit('charge.dispute.closed', dispute);
    if (status === 'won') this.world.emit('charge.dispute.funds_reinstated', dispute);
    return dispute;
  }

  private paidCharge(intentId: string): SimCharge {
    const intent = this.world.intents.get(intentId, 'payment_intent');
    if (intent.status !== 'succeeded' || intent.latest_charge === null) {
      throw invalid(`This PaymentIntent (${intentId}) does not have a successful charge.`);
    }
    return this.world.charges.get(intent.latest_charge);
  }

  private setRefunded(charge: SimCharge, amount: number): void {
    charge.amount_refunded = amount;
    charge.refunded = amount === charge.amount;
  }

  private charge(intent: SimPaymentIntent, status: SimCharge['status']): SimCharge {
    const { world } = this;
    const id = world.id('ch');
    const paid = status === 'succeeded';
    const charge = world.charges.add<SimCharge>({
      id,
      object: 'charge',
      created: world.now(),
      livemode: false,
      amount: intent.amount,
      amount_captured: paid ? intent.amount : 0,
      amount_refunded: 0,
      currency: intent.currency,
      customer: intent.customer,
      disputed: false,
      paid,
      payment_intent: intent.id,
      receipt_url: paid ? `${world.baseUrl}/receipts/${id}` : null,
      refunded: false,
      status,
      metadata: intent.metadata,
    });
    intent.latest_charge = id;
    return charge;
  }
}
