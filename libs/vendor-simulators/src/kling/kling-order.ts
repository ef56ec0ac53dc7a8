import type { ClipSpec } from '../core/result-media';
import { KlingError } from './kling-errors';
import { priceOf, type KlingModel, type Resolution } from './kling-models';

export type Product = 'text2video' | 'image2video' | 'omni-video';

/** A create request that passed every check, the same for both generations. */
export interface KlingOrder {
  readonly generation: 'legacy' | 'standard';
  readonly product: Product;
  readonly prompt: string;
  readonly externalId: string | null;
  readonly callbackUrl: string | null;
  readonly clip: ClipSpec;
  readonly units: string;
}

const SHORT_SIDE: Readonly<Record<Resolution, number>> = { '720p': 720, '1080p': 1080, '4k': 2160 };
const SHAPES: Readonly<Record<string, readonly [number, number]>> = {
  '16:9': [16, 9],
  '9:16': [9, 16],
  '1:1': [1, 1],
};

/** Words in a prompt that make things happen without scripting, for demonstrations. */
const REJECTED_WORD = '[sim:reject]';

export function checkPrompt(prompt: unknown, required: boolean, max: number): string {
  if (prompt === undefined && !required) return '';
  if (typeof prompt !== 'string' || (required && prompt.trim() === '')) {
    throw new KlingError(1201, 'prompt is required');
  }
  if (prompt.length > max) throw new KlingError(1201, `prompt is longer than ${max} characters`);
  if (prompt.includes(REJECTED_WORD)) throw new KlingError(1301);
  return prompt;
}

export function checkRatio(ratio: unknown): string {
  const value = ratio ?? '16:9';
  if (typeof value !== 'string' || !(value in SHAPES)) throw new KlingError(1201, 'aspect_ratio is invalid');
  return value;
}

export function checkCallbackUrl(url: unknown): string | null {
  if (url === undefined || url === '') return null;
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new KlingError(1201, 'callback_url is invalid');
  }
  return url;
}

export function checkExternalId(id: unknown): string | null {
  if (id === undefined || id === '') return null;
  if (typeof id !== 'string' || id.length > 200) throw new KlingError(1201, 'external_task_id is invalid');
  return id;
}

/** The resolution that was asked for, where the model has it. */
export function checkResolution(model: KlingModel, resolution: Resolution, field: string): Resolution {
  if (model.units[resolution] === undefined) throw new KlingError(1201, `${field} is not supported`);
  return resolution;
}

export function checkSound(model: KlingModel, resolution: Resolution, wanted: boolean): boolean {
  switch (model.sound) {
    case 'always':
      return true;
    case 'choice':
      return wanted;
    case 'never':
    case 'choice-1080p':
      if (wanted && (model.sound === 'never' || resolution !== '1080p')) {
        throw new KlingError(1201, 'sound is not supported by this model in this mode');
      }
      return wanted;
  }
}

export function checkLastFrame(model: KlingModel, resolution: Resolution, hasLast: boolean): void {
  const allowed = model.lastFrame === 'always' || (model.lastFrame === '1080p' && resolution === '1080p');
  if (hasLast && !allowed) throw new KlingError(1201, 'the last frame is not supported');
}

/** What is rendered and what it costs. */
export function clipAndPrice(
  model: KlingModel,
  resolution: Resolution,
  ratio: string,
  seconds: number,
  audio: boolean,
): Pick<KlingOrder, 'clip' | 'units'> {
  const [x, y] = SHAPES[ratio] ?? [16, 9];
  const unit = SHORT_SIDE[resolution] / Math.min(x, y);
  return {
    clip: { width: Math.round(x * unit), height: Math.round(y * unit), seconds, audio },
    units: priceOf(model, resolution, audio, seconds),
  };
}
