import { STYLE_PRESETS, type EnhancePrompt } from '@shotloom/contracts';
import type { ChatAnswer } from './chat-answer';

/** What a good prompt says, by words that show it is said already, and what is added where it is not. */
const ASPECTS: readonly { readonly said: RegExp; readonly adds: string }[] = [
  {
    said: /\b(zoom|pan|tilt|dolly|track|orbit|crane|handheld|camera|shot|close-?up)|镜头|推|拉|摇|特写/i,
    adds: 'slow, steady camera movement',
  },
  {
    said: /\b(light|lit|sun|dusk|dawn|night|neon|shadow|golden|moon)|光|黄昏|夜|日落|阴影/i,
    adds: 'soft natural light',
  },
  {
    said: /\b(wide|depth|background|foreground|composition|angle|framed?)\b|构图|背景|前景|景深/i,
    adds: 'clear composition with depth',
  },
  {
    said: /\b(detail|sharp|realistic|cinematic|texture|high quality|4k|film)|细节|电影|质感|清晰/i,
    adds: 'fine detail, cinematic look',
  },
];
const MOST = 2_000;
/** Much wider or taller than a square. */
const WIDE = 1.2;

interface Shape {
  readonly width: number;
  readonly height: number;
}

/** Enhances by fixed rules: what is not said is added, and nothing that is said is changed. Pure. */
export function enhanceByRules(
  { prompt = '', style_preset: style }: Pick<EnhancePrompt, 'prompt' | 'style_preset'>,
  picture: Shape | null,
): ChatAnswer {
  const motion = picture === null ? null : motionOf(picture);
  const said = [prompt, motion ?? ''].join(' ');
  const preset = STYLE_PRESETS.find(({ id }) => id === style)?.positive;
  const wanted = [
    ...(motion === null ? [] : [motion]),
    ...(preset === undefined ? [] : [preset]),
    ...ASPECTS.filter((aspect) => !aspect.said.test(said)).map(({ adds }) => adds),
  ];
  const keywords: string[] = [];
  let text = prompt;
  for (const more of wanted) {
    const longer = text === '' ? more : `${text.replace(/[\s.,;]+$/, '')}, ${more}`;
    if (longer.length > MOST) continue;
    text = longer;
    keywords.push(more);
  }
  return { prompt: text, motion, keywords };
}

/** A camera has most room along the longer side. */
function motionOf({ width, height }: Shape): string {
  if (width >= height * WIDE) return 'the camera pans slowly from left to right';
  if (height >= width * WIDE) return 'the camera tilts slowly upwards';
  return 'the camera zooms in slowly';
}
