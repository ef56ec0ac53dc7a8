import { z } from 'zod';
import { loadConfig, objectStoreConfigSchema } from './config';

it('lists every problem at once and prints no value', () => {
  const schema = z.object({ A_SECRET: z.string().min(32), PORT: z.coerce.number().int() });
  const load = (): unknown => loadConfig(schema, { A_SECRET: 'hunter2', PORT: 'hunter2' });
  expect(load).toThrow(/A_SECRET[\s\S]*PORT/);
  expect(load).not.toThrow(/hunter2/);
});

it('takes an empty variable for one that is not set', () => {
  expect(loadConfig(z.object({ NAME: z.string().default('x') }), { NAME: '' })).toEqual({ NAME: 'x' });
});

it.each([
  ['file', 'OBJECT_STORE_SIGNING_SECRET'],
  ['s3', 'S3_SECRET_KEY'],
])('refuses an object store of kind %s without its secret', (kind, missing) => {
  expect(() => loadConfig(objectStoreConfigSchema, { OBJECT_STORE_KIND: kind })).toThrow(missing);
});
