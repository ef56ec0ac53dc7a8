import { isBase64, sizeOf } from '../core/picture-bytes';
import type { ClipSpec } from '../core/result-media';
import type { SimOrder, SimTaskOf } from '../core/task-book';
import type { HailuoAccount } from './hailuo-accounts';
import { HailuoError, type HailuoApi } from './hailuo-errors';

/** A create request that passed every check, of either API. */
export interface HailuoOrder extends SimOrder {
  readonly api: HailuoApi;
  readonly model: string;
  readonly resolution: string;
  readonly ratio: string;
}
export type HailuoTask = SimTaskOf<HailuoAccount, HailuoOrder>;

const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
const MIN_SIDE = 300;
const MAX_RATIO = 2.5;
const DATA_URL = /^data:image\/(jpeg|jpg|png|webp);base64,/;
const INVISIBLE = /[\u200b-\u200f\u2060\ufeff]/g;
const MAX_INVISIBLE = 0.1;
/** In a prompt: makes it happen without scripting, for demonstrations. */
const REJECTED_WORD = '[sim:reject]';

export const SHORT_SIDES: Readonly<Record<string, number>> = {
  ...{ '512P': 512, '720P': 720, '768P': 768, '1080P': 1080, '2K': 1440 },
};

export const invalid = (what: string): HailuoError => new HailuoError(2013, `invalid params, ${what}`);

export function checkPrompt(prompt: unknown, required: boolean, max: number): string {
  if ((prompt === undefined || prompt === '') && !required) return '';
  if (typeof prompt !== 'string' || prompt.trim() === '') throw invalid('prompt is required');
  if (prompt.length > max) throw invalid(`prompt is longer than ${max} characters`);
  const hidden = prompt.match(INVISIBLE)?.length ?? 0;
  if (hidden / prompt.length > MAX_INVISIBLE) throw new HailuoError(1042);
  if (prompt.includes(REJECTED_WORD)) throw new HailuoError(1026);
  return prompt;
}

export function checkCallbackUrl(url: unknown): string | null {
  if (url === undefined || url === '') return null;
  if (typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw invalid('callback_url');
}

export function checkFlag(value: unknown, field: string): void {
  if (value !== undefined && typeof value !== 'boolean') throw invalid(field);
}

/** Refuses what the vendor refuses of a picture, a URL or a data URL. Addresses are not fetched. */
export function checkPicture(value: unknown, field: string): void {
  if (typeof value !== 'string' || value === '') throw invalid(field);
  if (/^(https?|mm_file):\/\//.test(value)) return;
  const head = DATA_URL.exec(value)?.[0];
  if (head === undefined) throw invalid(`${field} is neither a url nor a data url`);
  const base64 = value.slice(head.length);
  if (!isBase64(base64)) throw invalid(`${field} is not valid base64`);
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length >= MAX_IMAGE_BYTES) throw invalid(`${field} is 20 MB or larger`);
  checkShape(bytes, field, head.includes('webp'));
}

function checkShape(bytes: Buffer, field: string, isWebp: boolean): void {
  const size = sizeOf(bytes);
  if (size === undefined) {
    if (isWebp && bytes.toString('latin1', 8, 12) === 'WEBP') return;
    throw invalid(`${field} is not a picture`);
  }
  const ratio = size.width / size.height;
  if (Math.min(size.width, size.height) <= MIN_SIDE) throw invalid(`${field} is too small`);
  if (ratio > MAX_RATIO || ratio < 1 / MAX_RATIO) throw invalid(`${field} is too long or too wide`);
}

/** Pixels of a class and a ratio; a picture gives the video its shape, for which we take the usual one. */
export function clipOf(resolution: string, ratio: string, seconds: number): ClipSpec {
  const [x = 16, y = 9] = ratio.split(':').map(Number);
  const unit = (SHORT_SIDES[resolution] ?? 768) / Math.min(x, y);
  const even = (pixels: number): number => Math.round(pixels / 2) * 2;
  return { width: even(x * unit), height: even(y * unit), seconds, audio: false };
}
