import type { Tariff } from '../../price';

/** The day on which the vendor's documentation said what is written in this folder. */
export const AS_OF = '2026-11-22';

export type KlingSize = '720P' | '1080P' | '2160P';

/** Units for a second: silent, and with sound; null where it is not sold. A model that always has sound is in the first. */
export type UnitsBySize = Readonly<
  Partial<Record<KlingSize, readonly [silent: number, sound: number | null]>>
>;

/** A unit is 0.14 US dollars outside China. What no rate is about costs what is dearest. */
export function klingTariff(units: UnitsBySize): Tariff {
  const rates = Object.entries(units).flatMap(([size, [silent, sound]]) => [
    ...(sound === null
      ? []
      : [{ when: { sizes: [size], params: { sound: [true] } }, base: 0, per_second: sound }]),
    { when: { sizes: [size] }, base: 0, per_second: silent },
  ]);
  return {
    as_of: AS_OF,
    unit: 'kling_unit',
    micro_usd_per_unit: 140_000,
    base: 0,
    per_second: Math.max(...rates.map((rate) => rate.per_second)),
    rates,
  };
}
