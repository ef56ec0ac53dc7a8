import type { Tariff } from '../../price';

/** The day on which the vendor's documentation and the types of its client said what is written in this folder. */
export const AS_OF = '2026-11-22';

/** A credit of the API, a US cent. */
const BASE = { as_of: AS_OF, unit: 'runway_credit', micro_usd_per_unit: 10_000, base: 0 };

/** Credits for a second. */
export const perSecond = (credits: number): Tariff => ({ ...BASE, per_second: credits });

/** Credits for a second, silent and with sound. What no rate is about costs what is dearest. */
export const perSecondWithSound = (silent: number, sound: number): Tariff => ({
  ...BASE,
  per_second: Math.max(silent, sound),
  rates: [
    { when: { params: { audio: [false] } }, base: 0, per_second: silent },
    { when: { params: { audio: [true] } }, base: 0, per_second: sound },
  ],
});
