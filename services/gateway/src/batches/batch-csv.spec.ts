import { createBatchSchema } from '@shotloom/contracts';
import { readBatchCsv } from './batch-csv';

it('reads rows as a JSON body has them', () => {
  const text = [
    'key,operation,prompt,duration,fallback,metadata.shot,params.sound,params.cfg,params.mode',
    's1,text-to-video,"a lighthouse, at dusk",5,kling:kling-2.6 animatic:animatic-1,1.0,true,0.5,pro',
    's2,text-to-video,waves,,,,,,',
  ].join('\r\n');
  const body = readBatchCsv(text);
  expect(body.rows).toEqual([
    {
      key: 's1',
      operation: 'text-to-video',
      prompt: 'a lighthouse, at dusk',
      duration: 5,
      fallback: ['kling:kling-2.6', 'animatic:animatic-1'],
      metadata: { shot: '1.0' },
      params: { sound: true, cfg: 0.5, mode: 'pro' },
    },
    { key: 's2', operation: 'text-to-video', prompt: 'waves' },
  ]);
  expect(createBatchSchema.safeParse(body).success).toBe(true);
});

it('leaves what it cannot read to the check of the body', () => {
  expect(readBatchCsv('duration,strength\n5s,1e3').rows).toEqual([{ duration: '5s', strength: '1e3' }]);
});

it('touches no prototype', () => {
  const { rows } = readBatchCsv('__proto__,metadata.__proto__\nx,y');
  expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)['y']).toBeUndefined();
  expect(createBatchSchema.safeParse({ rows }).success).toBe(false);
});

it.each([
  ['a column that is there twice', 'prompt,prompt\nx,y', /prompt is there twice/],
  [
    'a row that is longer than the header',
    'prompt\nx,y',
    /^rows\.0: It has 2 cells, and there are 1 columns/,
  ],
  ['more rows than a batch has', `prompt\n${'x\n'.repeat(1_001)}`, /at most 1000 rows/],
])('refuses %s', (_, text, reason) => {
  expect(() => readBatchCsv(text)).toThrow(reason);
});
