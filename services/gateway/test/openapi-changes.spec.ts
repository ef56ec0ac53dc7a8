import { breakingChanges, type ApiDocument } from './openapi-changes';

type Json = Record<string, unknown>;

const released = {
  paths: {
    '/jobs': {
      post: {
        parameters: [{ name: 'Idempotency-Key', in: 'header' }],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
        },
        responses: {
          202: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Job' } } } },
        },
      },
    },
  },
  components: {
    schemas: {
      Order: {
        type: 'object',
        required: ['prompt'],
        properties: {
          prompt: { type: 'string', maxLength: 2000 },
          ratio: { type: 'string', enum: ['16:9', '1:1'] },
          variants: { type: 'integer', minimum: 1, maximum: 5 },
        },
      },
      Job: {
        type: 'object',
        required: ['id'],
        properties: {
          id: { type: 'string' },
          error: { type: ['string', 'null'] },
          retry: { $ref: '#/components/schemas/Job' },
        },
      },
    },
  },
};

/** The released document with one thing changed. */
const changed = (change: (document: typeof released) => void): ApiDocument => {
  const copy = structuredClone(released);
  change(copy);
  return copy;
};
const changes = (change: (document: typeof released) => void): string[] =>
  breakingChanges(released, changed(change));
const order = (document: typeof released): Json => document.components.schemas.Order.properties;
const job = (document: typeof released): Json => document.components.schemas.Job.properties;

it('finds nothing where nothing changed, and nothing in what is added', () => {
  expect(changes(() => undefined)).toEqual([]);
  expect(
    changes((document) => {
      Object.assign(document.paths, { '/more': document.paths['/jobs'] });
      order(document)['seed'] = { type: 'integer' };
      job(document)['progress'] = { type: 'number' };
      order(document)['ratio'] = { type: 'string', enum: ['16:9', '1:1', '9:16'] };
    }),
  ).toEqual([]);
});

it.each<[string, (document: typeof released) => void, string]>([
  ['a route', (d) => Reflect.deleteProperty(d.paths, '/jobs'), 'POST /jobs is gone.'],
  [
    'an answer',
    (d) => Reflect.deleteProperty(d.paths['/jobs'].post.responses, '202'),
    'POST /jobs no longer answers 202.',
  ],
  [
    'a header',
    (d) => d.paths['/jobs'].post.parameters.pop(),
    'POST /jobs no longer takes header Idempotency-Key.',
  ],
  ['a field of an answer', (d) => Reflect.deleteProperty(job(d), 'error'), 'POST /jobs 202.error is gone.'],
  ['a field of a body', (d) => Reflect.deleteProperty(order(d), 'ratio'), 'POST /jobs body.ratio is gone.'],
  [
    'a need',
    (d) => d.components.schemas.Order.required.push('variants'),
    'POST /jobs body.variants is needed now.',
  ],
  ['a certainty', (d) => d.components.schemas.Job.required.pop(), 'POST /jobs 202.id may be missing now.'],
  [
    'a length',
    (d) => (order(d)['prompt'] = { type: 'string', maxLength: 500 }),
    'POST /jobs body.prompt may be at most 500 long now.',
  ],
  [
    'a limit',
    (d) => (order(d)['variants'] = { type: 'integer', minimum: 1, maximum: 3 }),
    'POST /jobs body.variants may be at most 3 now.',
  ],
  [
    'a word',
    (d) => (order(d)['ratio'] = { type: 'string', enum: ['16:9'] }),
    'POST /jobs body.ratio no longer takes 1:1.',
  ],
  ['a type', (d) => (job(d)['id'] = { type: 'integer' }), 'POST /jobs 202.id was string and is integer.'],
  [
    'a null',
    (d) => (job(d)['id'] = { type: ['string', 'null'] }),
    'POST /jobs 202.id was string and is string or null.',
  ],
])('finds %s that clients relied on', (_, change, sentence) => {
  expect(changes(change)).toEqual([sentence]);
});
