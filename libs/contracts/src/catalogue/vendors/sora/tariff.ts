import type { Price, Tariff } from '../../price';

/** The day on which the documentation said what is written in this folder. */
export const AS_OF = '2026-11-21';
/** On this day OpenAI ended its Videos API and every model of it. */
export const OPENAI_ENDED = '2026-09-24';

/** A picture to video costs 10 credits, whatever its length: the platform's own price. Text costs what OpenAI took at last, $0.10 a second. */
export const SORA_2: Price = {
  version: AS_OF,
  ...{ base: 0, per_second: 10 },
  rates: [{ when: { operations: ['image-to-video'] }, base: 10, per_second: 0 }],
};
/** What OpenAI took at last for 720p: $0.30 a second. */
export const SORA_2_PRO: Price = { version: AS_OF, base: 0, per_second: 30 };

/**
 * Nothing: a server of one's own takes nothing for a video. Who points the provider to a server that does writes its price into the
 * catalogue, or spend caps count nothing.
 */
export const OWN_SERVER: Tariff = {
  ...{ as_of: AS_OF, unit: 'usd', micro_usd_per_unit: 1_000_000, base: 0, per_second: 0 },
};
