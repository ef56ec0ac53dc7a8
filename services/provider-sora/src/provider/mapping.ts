import { vendorPrompt } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { MultipartPart, VendorInput, VendorTask } from '@shotloom/provider-kit';
import { PROVIDER } from './errors';

/**
 * Our request in the words of the protocol. What to avoid stands at the end of the prompt, since there is no field for it. The model goes
 * on as it is named: the server knows what it has. The picture has the pixels of the video already, by the model's `fit`. The same task
 * always gives the same answer. Throws `invalid_input` and `unsupported_by_model`.
 */
export function toCreate({ request, inputs }: VendorTask): readonly MultipartPart[] {
  const { operation, model, durationSeconds, width, height } = request;
  if (operation !== 'text-to-video' && operation !== 'image-to-video') {
    throw unsupported('The OpenAI Videos protocol makes videos of text or a picture only.');
  }
  const [picture = null, ...more] = inputs.filter(({ role }) => role === 'first_frame');
  if (more.length > 0 || inputs.length > (picture === null ? 0 : 1)) {
    throw unsupported('The OpenAI Videos protocol takes one picture, with which the video begins.');
  }
  if (operation === 'image-to-video' && picture === null) {
    const reason = 'Give the picture that the video begins with.';
    throw new AppError('invalid_input', reason, {
      provider: PROVIDER,
      fields: [{ field: 'asset_id', reason }],
    });
  }
  const text = (name: string, value: string): MultipartPart => ({ name, text: value });
  return [
    text('model', model.replace(/^sora:/, '')),
    text('prompt', vendorPrompt(request, 'folded').prompt),
    text('seconds', `${durationSeconds}`),
    text('size', `${width}x${height}`),
    ...(picture === null ? [] : [referencePart(picture)]),
  ];
}

function referencePart({ contentType, sizeBytes, open }: VendorInput): MultipartPart {
  const filename = `input_reference.${contentType.replace('image/', '')}`;
  return { name: 'input_reference', filename, contentType, sizeBytes, open };
}

const unsupported = (message: string): AppError =>
  new AppError('unsupported_by_model', message, { provider: PROVIDER });
