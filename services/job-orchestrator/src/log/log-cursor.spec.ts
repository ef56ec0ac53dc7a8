import { decodeLogCursor, encodeLogCursor } from './log-cursor';

it('gives back what it was given', () => {
  const position = { at: new Date('2026-11-27T05:00:00.123Z'), seq: '4711' };
  expect(decodeLogCursor(encodeLogCursor(position), 'cursor')).toEqual(position);
});

it.each(['', '-', '1-', '-1', 'x-1', '1795000000000-1; drop', '999999999999999-1', `1-${'9'.repeat(19)}`])(
  'refuses %j and names the field',
  async (cursor) => {
    const reason: unknown = expect.any(String);
    const read = Promise.resolve().then(() => decodeLogCursor(cursor, 'Last-Event-ID'));
    await expect(read).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'Last-Event-ID', reason }],
    });
  },
);
