import { checkImage } from './image-check';
import { KlingError } from './kling-errors';
import { allowsSeconds, DISCONTINUED, KLING_MODELS, type KlingModel, type Resolution } from './kling-models';
import {
  checkCallbackUrl,
  checkExternalId,
  checkLastFrame,
  checkPrompt,
  checkRatio,
  checkResolution,
  checkSound,
  clipAndPrice,
  type KlingOrder,
} from './kling-order';

const MODES: Readonly<Record<string, Resolution>> = { std: '720p', pro: '1080p', '4k': '4k' };
const MAX_PROMPT = 2500;
const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
const CAMERA_TYPES = ['simple', 'down_back', 'forward_up', 'right_turn_forward', 'left_turn_forward'];
const CAMERA_MOVES = ['horizontal', 'vertical', 'pan', 'tilt', 'roll', 'zoom'];
const MAX_ELEMENTS = 3;

type Body = Readonly<Record<string, unknown>>;

/** Reads `POST /v1/videos/{text2video,image2video}`. Throws the vendor's errors. */
export function readLegacyOrder(product: 'text2video' | 'image2video', body: unknown): KlingOrder {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new KlingError(1200);
  const fields = body as Body;
  const model = modelOf(fields['model_name']);
  const resolution = checkResolution(model, modeOf(fields['mode']), 'mode');
  const seconds = secondsOf(model, fields['duration']);
  const sound = checkSound(model, resolution, soundOf(fields['sound']));
  checkPrompt(fields['negative_prompt'], false, MAX_PROMPT);
  checkCfgScale(model, fields['cfg_scale']);
  checkCamera(fields['camera_control']);
  checkElements(fields);
  if (product === 'image2video') checkPictures(model, resolution, fields);
  // A picture gives the video its shape; we take the usual one.
  const ratio = product === 'text2video' ? checkRatio(fields['aspect_ratio']) : '16:9';
  return {
    generation: 'legacy',
    product,
    prompt: checkPrompt(fields['prompt'], product === 'text2video', MAX_PROMPT),
    externalId: checkExternalId(fields['external_task_id']),
    callbackUrl: checkCallbackUrl(fields['callback_url']),
    ...clipAndPrice(model, resolution, ratio, seconds, sound),
  };
}

function modelOf(name: unknown): KlingModel {
  // The documented default is a model that is gone.
  const wanted = name ?? 'kling-v1';
  if (typeof wanted !== 'string') throw new KlingError(1201, 'model_name is invalid');
  const model = KLING_MODELS.find(({ legacyName }) => legacyName === wanted);
  if (model !== undefined) return model;
  if (DISCONTINUED.includes(wanted)) throw new KlingError(1203, `model discontinued: ${wanted}`);
  throw new KlingError(1203, `model is not found: ${wanted}`);
}

function modeOf(mode: unknown): Resolution {
  const resolution = typeof mode === 'string' || mode === undefined ? MODES[mode ?? 'std'] : undefined;
  if (resolution === undefined) throw new KlingError(1201, 'mode is invalid');
  return resolution;
}

function secondsOf(model: KlingModel, duration: unknown): number {
  const text = duration ?? '5';
  if (typeof text !== 'string' || !/^\d+$/.test(text)) throw new KlingError(1201, 'duration is invalid');
  if (!allowsSeconds(model, Number(text))) throw new KlingError(1201, 'duration is not supported');
  return Number(text);
}

function soundOf(sound: unknown): boolean {
  if (sound !== undefined && sound !== 'on' && sound !== 'off')
    throw new KlingError(1201, 'sound is invalid');
  return sound === 'on';
}

function checkCfgScale({ legacyName }: KlingModel, scale: unknown): void {
  if (scale === undefined) return;
  if (legacyName?.startsWith('kling-v2') === true) throw new KlingError(1201, 'cfg_scale is not supported');
  if (typeof scale !== 'number' || scale < 0 || scale > 1) throw new KlingError(1201, 'cfg_scale is invalid');
}

function checkCamera(control: unknown): void {
  if (control === undefined) return;
  const { type, config } = (control ?? {}) as { type?: unknown; config?: Record<string, unknown> };
  if (!CAMERA_TYPES.includes(String(type))) throw new KlingError(1201, 'camera_control.type is invalid');
  if (type !== 'simple') {
    if (config !== undefined) throw new KlingError(1201, 'camera_control.config must be empty');
    return;
  }
  const moves = CAMERA_MOVES.map((move) => config?.[move] ?? 0).filter((value) => value !== 0);
  const [only] = moves;
  if (moves.length !== 1 || typeof only !== 'number' || Math.abs(only) > 10) {
    throw new KlingError(1201, 'camera_control.config is invalid');
  }
}

function checkElements(fields: Body): void {
  const list = fields['element_list'];
  if (list === undefined) return;
  const valid =
    Array.isArray(list) &&
    list.length <= MAX_ELEMENTS &&
    list.every((item: unknown) => typeof item === 'object' && item !== null && 'element_id' in item);
  if (!valid || fields['voice_list'] !== undefined) throw new KlingError(1201, 'element_list is invalid');
}

function checkPictures(model: KlingModel, resolution: Resolution, fields: Body): void {
  const rules = { maxBytes: MAX_IMAGE_BYTES };
  const { image, image_tail: tail } = fields as { image?: unknown; image_tail?: unknown };
  if (image === undefined && tail === undefined)
    throw new KlingError(1201, 'image or image_tail is required');
  if (image !== undefined) checkImage(image, { ...rules, field: 'image' });
  if (tail !== undefined) checkImage(tail, { ...rules, field: 'image_tail' });
  checkLastFrame(model, resolution, tail !== undefined);
  const masked = fields['static_mask'] !== undefined || fields['dynamic_masks'] !== undefined;
  const exclusive = [tail !== undefined, masked, fields['camera_control'] !== undefined];
  if (exclusive.filter(Boolean).length > 1) {
    throw new KlingError(1201, 'image_tail, masks and camera_control exclude each other');
  }
}
