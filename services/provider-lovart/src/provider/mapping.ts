import { vendorPrompt } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { VendorInput, VendorTask } from '@shotloom/provider-kit';
import { PROVIDER } from './errors';
import { toolFor } from './models';

/** A chat, ready to be sent once it has a project and its pictures have addresses. */
export interface LovartChat {
  readonly body: Readonly<Record<string, unknown>>;
  /** In the order in which the prompt speaks of them. */
  readonly pictures: readonly VendorInput[];
  readonly tool: string;
  /** Lovart's credits. */
  readonly budget: number;
  readonly notes: readonly string[];
}

const FORMATS = ['image/jpeg', 'image/png', 'image/webp'];
const IN_WORDS = 'Lovart’s agent is told length, shape and pictures in words: the video may differ a little.';

/** Our request as words for an agent. The same task always gives the same answer. Throws `invalid_input` and `unsupported_by_model`. */
export function toChat(task: VendorTask): LovartChat {
  const { request } = task;
  if (request.operation === 'video-to-anime') throw unsupported('Lovart turns no video into anime here.');
  const names = Object.keys(task.params);
  if (names.length > 0) throw invalid(`Lovart takes no parameters, not ${names.join(', ')}.`, 'params');
  const { tool, budget } = toolFor(request);
  const pictures = picturesOf(task);
  return {
    body: {
      prompt: promptOf(task, tool, pictures),
      mode: 'fast',
      tool_config: { prefer_tool_categories: { VIDEO: [tool] }, include_tools: [tool] },
    },
    ...{ pictures, tool, budget, notes: [IN_WORDS] },
  };
}

function promptOf({ request }: VendorTask, tool: string, pictures: readonly VendorInput[]): string {
  const { prompt } = vendorPrompt(request, 'folded');
  const { durationSeconds, aspectRatio, size } = request;
  const [first, last] = pictures;
  return [
    `Make exactly one video with the tool ${tool}, once. Do not ask back, and make nothing else.`,
    `Length: ${durationSeconds} seconds. Aspect ratio: ${aspectRatio}. Resolution: ${size.toLowerCase()}.`,
    ...(first ? ['The first attached picture is the first frame of the video.'] : []),
    ...(last ? ['The second attached picture is the last frame of the video.'] : []),
    `The video shows: ${prompt}`,
  ].join('\n');
}

function picturesOf({ request, inputs }: VendorTask): VendorInput[] {
  const first = inputs.filter(({ role }) => role === 'first_frame');
  const last = inputs.filter(({ role }) => role === 'last_frame');
  if (first.length + last.length < inputs.length || first.length > 1 || last.length > 1) {
    throw unsupported('Lovart takes a first and a last picture here, and no others.');
  }
  if (request.operation === 'image-to-video' && first.length === 0) {
    throw invalid('Give the picture that the video begins with.', 'asset_id');
  }
  if (request.operation === 'text-to-video' && inputs.length > 0) {
    throw unsupported('Lovart takes no pictures for a video from text.');
  }
  for (const { contentType } of inputs) {
    if (FORMATS.includes(contentType)) continue;
    throw invalid(`Lovart takes JPG, PNG and WEBP pictures here, not ${contentType}.`, 'asset_id');
  }
  return [...first, ...last];
}

const invalid = (message: string, field: string): AppError =>
  new AppError('invalid_input', message, { provider: PROVIDER, fields: [{ field, reason: message }] });
const unsupported = (message: string): AppError =>
  new AppError('unsupported_by_model', message, { provider: PROVIDER });
