import type { ApiBodyOptions } from '@nestjs/swagger';

/** The fields of a create as OpenAPI says them; a form and JSON have the same, but for the picture. `createVideoSchema` checks them. */
export const createVideoBody: ApiBodyOptions = {
  schema: {
    type: 'object',
    required: ['prompt'],
    properties: {
      prompt: { type: 'string', maxLength: 2000 },
      model: {
        type: 'string',
        description: 'One of GET /v1/models. Without it the default of this installation.',
      },
      seconds: { type: 'string', description: 'Length; the nearest that the model makes is taken.' },
      size: {
        type: 'string',
        pattern: '^\\d{2,5}x\\d{2,5}$',
        description: 'The nearest that the model makes is taken.',
      },
      input_reference: {
        description:
          'The first frame: a file in a form; in JSON {file_id}, or {image_url} of an upload or as a data URL.',
        oneOf: [
          { type: 'string', format: 'binary' },
          { type: 'object', properties: { file_id: { type: 'string' } }, required: ['file_id'] },
          { type: 'object', properties: { image_url: { type: 'string' } }, required: ['image_url'] },
        ],
      },
      negative_prompt: { type: 'string', maxLength: 2000 },
      seed: { type: 'integer', minimum: 0, maximum: 4_294_967_295 },
      aspect_ratio: { type: 'string', description: 'Such as 16:9.' },
    },
  },
};
