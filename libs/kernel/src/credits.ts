declare const creditsBrand: unique symbol;
/** A whole number of credits, zero or more. Money is never a float here. */
export type Credits = number & { readonly [creditsBrand]: true };

/** Checks that a number is a possible amount of credits. Throws RangeError otherwise. */
export function credits(amount: number): Credits {
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(`Credits are whole numbers of zero or more, not ${amount}.`);
  }
  return amount as Credits;
}
