import { z } from 'zod';
import {
  checkCallbackUrl,
  checkFlag,
  checkPicture,
  checkPrompt,
  clipOf,
  invalid,
  type HailuoOrder,
} from './hailuo-order';

interface V1Model {
  /** Resolution -> seconds -> yuan. */
  readonly prices: Readonly<Record<string, Readonly<Record<number, number>>>>;
  readonly firstFrame: 'may' | 'must' | 'never';
  readonly lastFrame: boolean;
  readonly subject: boolean;
}

const OLD = { prices: { '720P': { 6: 3 } }, lastFrame: false, subject: false } as const;

/** What the vendor sells through v1, as its documentation says it. */
const MODELS: Readonly<Record<string, V1Model>> = {
  'MiniMax-Hailuo-2.3': {
    prices: { '768P': { 6: 2, 10: 4 }, '1080P': { 6: 3.5 } },
    ...{ firstFrame: 'may', lastFrame: false, subject: false },
  },
  'MiniMax-Hailuo-2.3-Fast': {
    prices: { '768P': { 6: 1.35, 10: 2.25 }, '1080P': { 6: 2.31 } },
    ...{ firstFrame: 'must', lastFrame: false, subject: false },
  },
  'MiniMax-Hailuo-02': {
    prices: { '512P': { 6: 0.6, 10: 1 }, '768P': { 6: 2, 10: 4 }, '1080P': { 6: 3.5 } },
    ...{ firstFrame: 'may', lastFrame: true, subject: false },
  },
  'T2V-01': { ...OLD, firstFrame: 'never' },
  'T2V-01-Director': { ...OLD, firstFrame: 'never' },
  'I2V-01': { ...OLD, firstFrame: 'must' },
  'I2V-01-Director': { ...OLD, firstFrame: 'must' },
  'I2V-01-live': { ...OLD, firstFrame: 'must' },
  'S2V-01': { ...OLD, firstFrame: 'never', subject: true },
};

const MAX_PROMPT = 2000;
const bodySchema = z.record(z.string(), z.unknown());
const subjectSchema = z
  .array(z.object({ type: z.literal('character'), image: z.array(z.string()).length(1) }))
  .length(1);

/** Reads `POST /v1/video_generation`. Throws the vendor's errors. */
export function readV1Order(json: unknown): HailuoOrder {
  const parsed = bodySchema.safeParse(json);
  if (!parsed.success) throw invalid('the body is not an object');
  const body = parsed.data;
  const name = String(body['model']);
  const model = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (model === undefined) throw invalid(`model ${name} is not known`);
  const isOld = '720P' in model.prices;
  const { resolution, seconds, price } = readShape(name, model, body);
  for (const flag of ['prompt_optimizer', 'aigc_watermark']) checkFlag(body[flag], flag);
  checkFlag(body['fast_pretreatment'], 'fast_pretreatment');
  if (isOld && body['fast_pretreatment'] !== undefined) throw invalid('fast_pretreatment');
  const hasFirst = checkFrames(name, model, resolution, body);
  if (model.subject) checkSubject(body['subject_reference']);
  return {
    ...{ api: 'v1', model: name, resolution, ratio: '16:9', externalId: null, units: `${price}` },
    prompt: checkPrompt(body['prompt'], !hasFirst, MAX_PROMPT),
    callbackUrl: checkCallbackUrl(body['callback_url']),
    clip: clipOf(resolution, '16:9', seconds),
  };
}

/** Resolution and seconds, which the model must make together, and what they cost. */
function readShape(
  name: string,
  { prices }: V1Model,
  { resolution = '720P' in prices ? '720P' : '768P', duration = 6 }: Readonly<Record<string, unknown>>,
): { readonly resolution: string; readonly seconds: number; readonly price: number } {
  if (typeof resolution !== 'string') throw invalid('resolution');
  const price = typeof duration === 'number' ? prices[resolution]?.[duration] : undefined;
  if (typeof duration === 'number' && price !== undefined) return { resolution, seconds: duration, price };
  throw invalid(`model ${name} does not support resolution ${resolution} with this duration`);
}

/** Whether there is a first frame. */
function checkFrames(
  name: string,
  { firstFrame, lastFrame }: V1Model,
  resolution: string,
  body: Readonly<Record<string, unknown>>,
): boolean {
  const { first_frame_image: first, last_frame_image: last } = body;
  if (first !== undefined) checkPicture(first, 'first_frame_image');
  if (last !== undefined) checkPicture(last, 'last_frame_image');
  if (first !== undefined && firstFrame === 'never') throw invalid(`${name} takes no first_frame_image`);
  if (first === undefined && (firstFrame === 'must' || resolution === '512P')) {
    throw invalid('first_frame_image is required');
  }
  if (last !== undefined && (!lastFrame || resolution === '512P')) {
    throw invalid('last_frame_image is not supported');
  }
  return first !== undefined || last !== undefined;
}

function checkSubject(value: unknown): void {
  const subject = subjectSchema.safeParse(value);
  if (!subject.success) throw invalid('subject_reference');
  checkPicture(subject.data[0]?.image[0], 'subject_reference');
}
