/** A named fragment that is added to what the user wrote (seed 000). */
export interface StylePreset {
  readonly id: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly positive: string;
  readonly negative: string;
}

export const STYLE_PRESET_IDS = ['ghibli', 'shonen', 'seinen', 'cyberpunk_anime', 'chibi'] as const;
export type StylePresetId = (typeof STYLE_PRESET_IDS)[number];

export const STYLE_PRESETS: readonly (StylePreset & { readonly id: StylePresetId })[] = [
  {
    id: 'ghibli',
    title: { en: 'Ghibli', zh: '吉卜力' },
    positive: 'hand-painted anime film, soft colours, delicate lines, gentle natural light',
    negative: 'harsh contrast, photorealistic, 3d render',
  },
  {
    id: 'shonen',
    title: { en: 'Shonen', zh: '少年漫' },
    positive: 'shonen anime, dynamic composition, bold lines, exaggerated motion',
    negative: 'static, muted colours',
  },
  {
    id: 'seinen',
    title: { en: 'Seinen', zh: '青年漫' },
    positive: 'seinen anime, realistic detail, mature mood, subdued palette',
    negative: 'cute, oversaturated',
  },
  {
    id: 'cyberpunk_anime',
    title: { en: 'Cyberpunk', zh: '赛博朋克' },
    positive: 'cyberpunk anime, neon colours, rain, futuristic city light',
    negative: 'daylight, pastoral',
  },
  {
    id: 'chibi',
    title: { en: 'Chibi', zh: 'Q版' },
    positive: 'chibi style, cute exaggeration, large head, small body',
    negative: 'realistic proportions',
  },
];
