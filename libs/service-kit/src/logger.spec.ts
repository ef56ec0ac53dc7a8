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

it('keeps secrets out of errors and child loggers, and tells what went wrong', () => {
  const { lines, destination } = capture();
  const logger = createLogger({ service: 'test', destination });
  const error = Object.assign(new TypeError('broken'), { response: { headers: { cookie: 's3cret' } } });
  logger.child({ token: 's3cret', part: 'p' }).warn({ err: error }, 'x');
  logger.error(error);
  expect(lines.join('')).not.toContain('s3cret');
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({
      err: { type: 'TypeError', message: 'broken', stack: expect.stringContaining('logger.spec') as string },
    });
  }
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ part: 'p', token: '[redacted]' });
});

it('never throws, whatever it is given', () => {
  const { lines, destination } = capture();
  const broken = {
    get field(): string {
      throw new Error('no');
    },
  };
  createLogger({ service: 'test', destination }).info({ broken, token: 's3cret' }, 'x');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ unreadable: ['broken', 'token'], msg: 'x' });
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

it('writes nothing that a terminal or another program would obey, and says the same', () => {
  const { lines, destination } = capture();
  const hostile = 'a\n{"level":"error"}\u001b[2J\u009b2J\u007f\u2028\u202egnp.exe';
  createLogger({ service: 'test', destination }).warn({ hostile }, hostile);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).toMatch(/^[ -~]+$/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ hostile, msg: hostile });
});
