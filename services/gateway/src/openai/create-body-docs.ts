import type { ApiBodyOptions } from '@nestjs/swagger';
import { createVideoSchema } from '@shotloom/contracts';
import { convertSchema } from '../docs/schema-converter';

const [fields = {}] = Object.values(convertSchema(createVideoSchema, { schemaType: 'input' }).components);
const properties = fields['properties'] as Record<string, Record<string, unknown>>;

/** The body of a create as OpenAPI says it: what checks it, and the file that a form may have instead of a reference. */
export const createVideoBody: ApiBodyOptions = {
  schema: {
    ...fields,
    properties: {
      ...properties,
      input_reference: {
        description:
          'The first frame: a file in a form; in JSON {file_id}, or {image_url} of an upload or as a data URL.',
        anyOf: [
          { type: 'string', format: 'binary' },
          ...((properties['input_reference']?.['anyOf'] as object[]) ?? []),
        ],
      },
    },
  },
};
