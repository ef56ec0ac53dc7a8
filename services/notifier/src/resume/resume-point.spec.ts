import { formatEventId } from './event-id';
import { resumePoint } from './resume-point';

const created = new Date('2026-11-01T00:00:00.123Z');
const stream = { firstSeq: 100, lastSeq: 200, messages: 101, created };
const at = (seq: number, epoch = created.getTime()): string => formatEventId({ epoch, seq });

it.each([
  [at(99), 100],
  [at(150), 151],
  [at(200), 201],
])('goes on after %s', (id, fromSeq) => {
  expect(resumePoint(id, stream)).toEqual({ kind: 'replay', fromSeq });
});

it.each([undefined, ''])('begins with the present for %j', (id) => {
  expect(resumePoint(id, stream)).toEqual({ kind: 'present' });
});

it.each([at(98), at(201), at(150, 1), 'nonsense', '1-2-3', '-1', `${at(150)} `])(
  'says that it cannot go on after %j',
  (id) => {
    expect(resumePoint(id, stream)).toMatchObject({
      kind: 'reset',
      reason: expect.stringMatching(/\.$/) as string,
    });
  },
);
