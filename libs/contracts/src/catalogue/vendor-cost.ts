import type { VendorCost } from '../attempt/vendor-outcome';
import { priceOf } from './catalogue';
import type { ModelSpec } from './model';
import { MICRO_USD_PER_CREDIT, vendorCostOf, type RequestFacts } from './rules';
import { MODELS } from './vendors';

/** What a vendor's unit is worth, in millionths of a US dollar, as its tariffs say. A unit that is not here cannot be counted. */
export const VENDOR_UNIT_MICROS: Readonly<Record<string, number>> = {
  usd: 1_000_000,
  ...Object.fromEntries(
    MODELS.flatMap(({ vendor_cost: tariff }) => (tariff ? [[tariff.unit, tariff.micro_usd_per_unit]] : [])),
  ),
};

/** What the vendor said that it took, in millionths of a US dollar, rounded up. Null where its unit is not known. */
export function costMicros({ amount, unit }: VendorCost): number | null {
  const each = VENDOR_UNIT_MICROS[unit];
  const count = Number(amount);
  return each === undefined || !Number.isFinite(count) || count < 0 ? null : Math.ceil(count * each);
}

/**
 * What a video will cost at its vendor, in millionths of a US dollar: by the vendor's tariff where we have it, else the price in
 * credits, which is never meant to be below the vendor's. For reserving; what the vendor reports later counts instead. A model
 * without any price counts as nothing, since it is not offered.
 */
export function estimateVendorMicros(model: ModelSpec | undefined, request: RequestFacts): number {
  const cost = model && vendorCostOf(model, request);
  if (cost) return cost.microUsd;
  if (!model?.price) return 0;
  return priceOf(model, request).credits * MICRO_USD_PER_CREDIT;
}
