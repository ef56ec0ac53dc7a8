/** What a price at Stripe stands for. */
export interface PriceMeaning {
  readonly offerId: string;
  readonly credits: number;
  /** Of a whole month, in the currency's smallest unit. */
  readonly amount: number;
  readonly currency: string;
}

/**
 * Credits follow the money, line by line: a whole month gives all of its credits, remaining time of an upgrade its share, unused time that
 * is given back takes its share away again. The sum is rounded towards zero, so that no more is given or taken than was paid.
 */
export function creditsOfLines(
  lines: readonly { readonly amount: number; readonly price: PriceMeaning }[],
): number {
  let numerator = 0n;
  let denominator = 1n;
  for (const { amount, price } of lines) {
    const whole = BigInt(price.amount);
    numerator = numerator * whole + BigInt(price.credits) * BigInt(amount) * denominator;
    denominator *= whole;
  }
  return Number(numerator / denominator);
}

/** Credits to take back of a payment of which some money went back: its share, rounded in the customer's favour, all of them for all of it. */
export function creditsToTakeBack(payment: {
  readonly credits: number;
  readonly amount: number;
  readonly lost: number;
}): number {
  const { credits, amount, lost } = payment;
  if (credits <= 0 || lost <= 0 || amount <= 0) return 0;
  return Number((BigInt(credits) * BigInt(Math.min(lost, amount))) / BigInt(amount));
}
