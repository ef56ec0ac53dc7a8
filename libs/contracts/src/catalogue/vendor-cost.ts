import type { VendorCost } from '../attempt/vendor-outcome';
import type { VideoRequest } from '../job/record';
import { priceOf } from './catalogue';
import { CREDITS_PER_KLING_UNIT, KLING_VENDOR_PRICES } from './kling-models';
import type { ModelSpec } from './model';

/** A credit is a hundredth of a US dollar (see the price lists); spend is counted in millionths of a dollar. */
export const MICROS_PER_CREDIT = 10_000;

/** What a vendor's unit is worth, in millionths of a US dollar. A unit that is not here cannot be counted. */
export const VENDOR_UNIT_MICROS: Readonly<Record<string, number>> = {
  kling_unit: CREDITS_PER_KLING_UNIT * MICROS_PER_CREDIT,
  usd: 1_000_000,
};

/** What the vendor said that it took, in millionths of a US dollar, rounded up. Null where its unit is not known. */
export function costMicros({ amount, unit }: VendorCost): number | null {
  const each = VENDOR_UNIT_MICROS[unit];
  const count = Number(amount);
  return each === undefined || !Number.isFinite(count) || count < 0 ? null : Math.ceil(count * each);
}

/**
 * What a video will cost at its vendor, in millionths of a US dollar: the vendor's own price list where we have it, else the price in
 * credits, which is never meant to be below the vendor's. For reserving; what the vendor reports later counts instead. A model
 * without any price counts as nothing, since it is not offered.
 */
export function estimateVendorMicros(
  model: ModelSpec | undefined,
  request: Pick<VideoRequest, 'size' | 'durationSeconds'>,
): number {
  const rows = KLING_VENDOR_PRICES.filter((row) => row.model === model?.id && row.size === request.size);
  const seconds = Math.ceil(request.durationSeconds);
  const units = Math.max(
    0,
    ...rows.map((row) => Math.max(row.unitsPerSecond, row.unitsPerSecondWithSound ?? 0)),
  );
  // In thousandths of a unit, since 0.7 times 10 is not 7 everywhere.
  if (units > 0)
    return Math.round(units * 1_000) * seconds * ((VENDOR_UNIT_MICROS['kling_unit'] ?? 0) / 1_000);
  if (!model?.price) return 0;
  return priceOf(model, request.durationSeconds).credits * MICROS_PER_CREDIT;
}
