import { sizeOf } from '../core/picture-bytes';
import type { SimRequest } from '../core/sim-http';
import type { SimOrder, SimTaskOf } from '../core/task-book';
import type { SoraAccount } from './sora-accounts';
import { SoraError } from './sora-errors';

/** A create request that passed every check. */
export interface SoraOrder extends SimOrder {
  readonly model: string;
  /** As the vendor writes it: a string. */
  readonly seconds: string;
  readonly size: string;
  readonly remixedFrom: string | null;
}
export type SoraTask = SimTaskOf<SoraAccount, SoraOrder>;

const SMALL = ['720x1280', '1280x720'];
const LARGE = ['1024x1792', '1792x1024', '1080x1920', '1920x1080'];
interface SoraModel {
  readonly sizes: readonly string[];
  /** Dollars. The contract has a price of 720p only; larger ones are charged the same here. */
  readonly perSecond: number;
}
const SORA_2: SoraModel = { sizes: SMALL, perSecond: 0.1 };
const SORA_2_PRO: SoraModel = { sizes: [...SMALL, ...LARGE], perSecond: 0.3 };
const MODELS: Readonly<Record<string, SoraModel>> = {
  ...{ 'sora-2': SORA_2, 'sora-2-2025-10-06': SORA_2, 'sora-2-2025-12-08': SORA_2 },
  ...{ 'sora-2-pro': SORA_2_PRO, 'sora-2-pro-2025-10-06': SORA_2_PRO },
};
/** The guide of 2026 adds the last two to those of the official client. */
const SECONDS = ['4', '8', '12', '16', '20'];
const FORMATS = ['image/jpeg', 'image/png', 'image/webp'];
const DATA_URL = /^data:(image\/[a-z]+);base64,([A-Za-z0-9+/=]+)$/;
/** In a prompt: makes it happen without scripting, for demonstrations. */
const REJECTED_WORD = '[sim:reject]';

const invalid = (message: string, param: string | null = null): SoraError =>
  new SoraError('invalid_request_error', message, param);

type Fields = ReadonlyMap<string, unknown>;

/** Reads `POST /v1/videos`, a form or JSON. Rejects with the vendor's errors. */
export async function readOrder(request: SimRequest): Promise<SoraOrder> {
  const isForm = /^multipart\/form-data/i.test(request.headers['content-type'] ?? '');
  const fields = isForm ? await formOf(request) : jsonFields(request);
  const name = textOf(fields, 'model', 'sora-2');
  const model = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (model === undefined) throw new SoraError('model_not_found', `The model \`${name}\` does not exist.`);
  const seconds = textOf(fields, 'seconds', '4');
  const size = textOf(fields, 'size', '720x1280');
  if (!SECONDS.includes(seconds)) throw invalid(`Invalid value: '${seconds}'.`, 'seconds');
  if (!model.sizes.includes(size)) throw invalid(`Invalid value: '${size}'.`, 'size');
  await checkReference(fields.get('input_reference'), size, isForm);
  return { ...shapeOf(model, size, seconds), model: name, prompt: promptOf(fields), remixedFrom: null };
}

/** Reads `POST /v1/videos/{id}/remix`: another prompt for what was made before. */
export function readRemix(request: SimRequest, { id, order }: SoraTask): SoraOrder {
  return { ...order, prompt: promptOf(jsonFields(request)), remixedFrom: id };
}

function shapeOf(model: SoraModel, size: string, seconds: string) {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const dollars = Math.round(model.perSecond * Number(seconds) * 1000) / 1000;
  return {
    ...{ size, seconds, externalId: null, callbackUrl: null, units: `${dollars}` },
    clip: { width, height, seconds: Number(seconds), audio: true },
  };
}

async function formOf({ rawBody, headers }: SimRequest): Promise<Fields> {
  const type = headers['content-type'] ?? '';
  try {
    const form = await new Response(new Uint8Array(rawBody), {
      headers: { 'content-type': type },
    }).formData();
    return new Map(form.entries());
  } catch {
    throw invalid('Could not parse multipart form.');
  }
}

function jsonFields({ rawBody }: SimRequest): Fields {
  try {
    const body: unknown = JSON.parse(rawBody.toString('utf8'));
    if (typeof body === 'object' && body !== null) return new Map(Object.entries(body));
  } catch {
    // Said below.
  }
  throw invalid('We could not parse the JSON body of your request.');
}

function textOf(fields: Fields, name: string, usual: string): string {
  const value = fields.get(name) ?? usual;
  if (typeof value === 'string') return value;
  throw invalid(`Invalid type for '${name}': expected a string.`, name);
}

function promptOf(fields: Fields): string {
  const prompt = textOf(fields, 'prompt', '');
  if (prompt.trim() === '') throw invalid("Missing required parameter: 'prompt'.", 'prompt');
  if (prompt.includes(REJECTED_WORD)) throw new SoraError('moderation_blocked');
  return prompt;
}

/** A file in a form; in JSON an object with an address or a data URL. Addresses are not fetched. */
async function checkReference(value: unknown, size: string, isForm: boolean): Promise<void> {
  if (value === undefined || value === null) return;
  if (isForm) {
    if (!(value instanceof Blob)) throw invalid("Invalid type for 'input_reference': expected a file.");
    checkPicture(value.type, Buffer.from(await value.arrayBuffer()), size);
    return;
  }
  const url = typeof value === 'object' && 'image_url' in value ? value.image_url : undefined;
  if (typeof url !== 'string') throw invalid("Invalid type for 'input_reference'.", 'input_reference');
  if (url.startsWith('https://')) return;
  const [, type = '', base64 = ''] = DATA_URL.exec(url) ?? [];
  checkPicture(type, Buffer.from(base64, 'base64'), size);
}

function checkPicture(type: string, bytes: Buffer, size: string): void {
  if (!FORMATS.includes(type)) throw invalid(`Unsupported mimetype ('${type}').`, 'input_reference');
  const pixels = sizeOf(bytes);
  // A WEBP is not measured.
  if (pixels === undefined && type === 'image/webp') return;
  if (pixels === undefined) throw invalid('The input image could not be read.', 'input_reference');
  if (`${pixels.width}x${pixels.height}` === size) return;
  throw invalid('Inpaint image must match the requested width and height');
}
