import { Writable } from 'node:stream';
import { createLogger } from './logger';

function capture(): { lines: string[]; destination: Writable } {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { lines, destination };
}

it('keeps secrets out, at any depth that our objects have', () => {
  const { lines, destination } = capture();
  const logger = createLogger({ service: 'test', destination });
  logger.info(
    {
      apiKey: 's3cret',
      req: { headers: { authorization: 's3cret', cookie: 's3cret' } },
      a: { b: { c: { token: 's3cret' } } },
    },
    'x',
  );
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('s3cret');
  expect(lines[0]).toContain('[redacted]');
});

it('writes JSON with the level in words and the time in UTC', () => {
  const { lines, destination } = capture();
  createLogger({ service: 'test', destination }).warn('careful');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    service: 'test',
    msg: 'careful',
    time: expect.stringMatching(/Z$/) as string,
  });
});
