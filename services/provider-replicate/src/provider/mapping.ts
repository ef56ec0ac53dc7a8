import { INPUT_WORDS, vendorPrompt, type InputRole } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { VendorInput, VendorTask } from '@shotloom/provider-kit';
import { PROVIDER } from './errors';
import { modelOf, type InputNames, type ReplicateModel } from './models';

/** A create call, ready to be sent once its files have addresses. */
export interface ReplicateCreate {
  /** After `/v1`. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> & { readonly input: Readonly<Record<string, unknown>> };
  /** Which input of the model takes which file. */
  readonly files: readonly { readonly name: string; readonly file: VendorInput }[];
  readonly notes: readonly string[];
}

const NAME_OF: Readonly<Record<InputRole, keyof InputNames | null>> = {
  ...{ first_frame: 'firstFrame', last_frame: 'lastFrame', video: 'video', reference: null },
};

/**
 * Our request in the words of the model. The same task always gives the same answer. Throws `invalid_input` and
 * `unsupported_by_model`.
 */
export function toCreate(task: VendorTask): ReplicateCreate {
  const { request, callbackUrl } = task;
  const model = modelOf({ model: request.model, params: task.params });
  const files = task.inputs.map((file) => ({ name: nameFor(file, model, request.model), file }));
  if (request.operation === 'image-to-video' && task.inputs.length === 0) {
    throw invalid('Give the picture that the video begins with.', 'asset_id');
  }
  if (request.operation === 'video-to-anime' && !task.inputs.some(({ role }) => role === 'video')) {
    throw invalid('Give the video.', 'asset_id');
  }
  const { run } = model;
  const input = { ...model.params, ...model.inputs(request), ...wordsOf(task, model) };
  return {
    path: 'version' in run ? '/predictions' : `/models/${run.official}/predictions`,
    body: {
      ...('version' in run ? { version: run.version } : {}),
      input,
      ...(callbackUrl !== null && isCallable(callbackUrl)
        ? { webhook: callbackUrl, webhook_events_filter: ['completed'] }
        : {}),
    },
    files,
    notes: [],
  };
}

/** What the request says, under the names that the model has for it. */
function wordsOf(
  { request }: VendorTask,
  { names }: Pick<ReplicateModel, 'names'>,
): Readonly<Record<string, unknown>> {
  const apart = names.negativePrompt !== undefined;
  const { prompt, negative } = vendorPrompt(request, apart ? 'apart' : 'folded');
  const said: readonly (readonly [string | undefined, unknown])[] = [
    [names.prompt, prompt],
    [names.negativePrompt, negative],
    [names.seed, request.seed],
    [names.aspectRatio, request.aspectRatio],
    [names.size, request.size],
    [names.duration, request.durationSeconds],
  ];
  return Object.fromEntries(
    said.flatMap(([name, value]) => (name === undefined || value === '' ? [] : [[name, value] as const])),
  );
}

function nameFor({ role }: VendorInput, { names }: ReplicateModel, modelId: string): string {
  const key = NAME_OF[role];
  const name = key === null ? undefined : names[key];
  if (name !== undefined) return name;
  throw new AppError('unsupported_by_model', `${modelId} takes no ${INPUT_WORDS[role]}.`, {
    provider: PROVIDER,
  });
}

/** The vendor calls back by https only, and refuses the whole request for another address; a simulator is on this machine. */
function isCallable(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(hostname);
}

const invalid = (message: string, field: string): AppError =>
  new AppError('invalid_input', message, { provider: PROVIDER, fields: [{ field, reason: message }] });
