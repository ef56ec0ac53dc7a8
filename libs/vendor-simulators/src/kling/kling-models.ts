/** What the vendor sells now, as its documentation says it: units for each second by resolution, without and with sound. */
export interface KlingModel {
  readonly legacyName: string | null;
  readonly standardName: string;
  readonly omni: boolean;
  readonly seconds: readonly [number, number] | readonly number[];
  readonly range: boolean;
  /** Resolution -> [silent, with sound]; null: not sold. */
  readonly units: Readonly<Partial<Record<Resolution, readonly [number | null, number | null]>>>;
  readonly sound: 'never' | 'always' | 'choice' | 'choice-1080p';
  readonly lastFrame: 'never' | 'always' | '1080p';
  readonly maxPrompt: number;
}

export const RESOLUTIONS = ['720p', '1080p', '4k'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export const KLING_MODELS: readonly KlingModel[] = [
  {
    ...{ legacyName: 'kling-v2-5-turbo', standardName: 'kling-2.5-turbo', omni: false },
    ...{ seconds: [5, 10], range: false, maxPrompt: 2500, sound: 'never', lastFrame: '1080p' },
    units: { '720p': [0.3, null], '1080p': [0.5, null] },
  },
  {
    ...{ legacyName: 'kling-v2-6', standardName: 'kling-2.6', omni: false },
    ...{ seconds: [5, 10], range: false, maxPrompt: 2500, sound: 'choice-1080p', lastFrame: '1080p' },
    units: { '720p': [0.3, null], '1080p': [0.5, 1.0] },
  },
  {
    ...{ legacyName: 'kling-v3', standardName: 'kling-3.0', omni: false },
    ...{ seconds: [3, 15], range: true, maxPrompt: 3072, sound: 'choice', lastFrame: 'always' },
    units: { '720p': [0.6, 0.9], '1080p': [0.8, 1.2], '4k': [3.0, 3.0] },
  },
  {
    ...{ legacyName: null, standardName: 'kling-3.0-turbo', omni: false },
    ...{ seconds: [3, 15], range: true, maxPrompt: 3072, sound: 'always', lastFrame: 'never' },
    units: { '720p': [null, 0.8], '1080p': [null, 1.0] },
  },
  {
    ...{ legacyName: null, standardName: 'kling-3.0-omni', omni: true },
    ...{ seconds: [3, 15], range: true, maxPrompt: 3072, sound: 'choice', lastFrame: 'always' },
    units: { '720p': [0.6, 0.8], '1080p': [0.8, 1.0], '4k': [3.0, 3.0] },
  },
  {
    ...{ legacyName: null, standardName: 'kling-o1', omni: true },
    ...{ seconds: [3, 10], range: true, maxPrompt: 2500, sound: 'never', lastFrame: 'always' },
    units: { '720p': [0.6, null], '1080p': [0.8, null] },
  },
];

/** Known once, sold no more. */
export const DISCONTINUED = [
  'kling-v1',
  'kling-v1-5',
  'kling-v1-6',
  'kling-v2-master',
  'kling-v2-1',
  'kling-v2-1-master',
];

export function allowsSeconds(model: KlingModel, seconds: number): boolean {
  if (!model.range) return model.seconds.includes(seconds);
  const [low = 0, high = 0] = model.seconds;
  return Number.isInteger(seconds) && seconds >= low && seconds <= high;
}

/** Units for a whole video, as the decimal text that the vendor writes. */
export function priceOf(model: KlingModel, resolution: Resolution, sound: boolean, seconds: number): string {
  const perSecond = model.units[resolution]?.[sound ? 1 : 0] ?? 0;
  return `${Math.round(perSecond * seconds * 1000) / 1000}`;
}
