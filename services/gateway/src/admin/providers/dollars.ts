const MICROS = 1_000_000;

/** Millionths of a US dollar from dollars and back. Dollars are shown to the hundredth of a cent. */
export const toMicros = (usd: number | null): number | null =>
  usd === null ? null : Math.round(usd * MICROS);
export const toDollars = (micros: number): number => Math.round(micros / 100) / 10_000;
