import { AppError } from '@shotloom/kernel';
import { decodeCursor, encodeCursor } from './cursor';

const position = { createdAt: '2026-02-03T04:05:06.789Z', id: '0198c0de-0000-7000-8000-000000000000' };

it('gives back what it was given', () => {
  expect(decodeCursor(encodeCursor(position))).toEqual(position);
  expect(decodeCursor(encodeCursor({ ...position, createdAt: new Date(position.createdAt) }))).toEqual(
    position,
  );
});

it('is safe in a URL', () => {
  expect(encodeCursor(position)).toMatch(/^[\w-]+$/);
});

it.each([
  ['', 'nothing'],
  ['%%%', 'no base64'],
  [Buffer.from('{').toString('base64url'), 'no JSON'],
  [Buffer.from('["yesterday","id"]').toString('base64url'), 'no time'],
  [Buffer.from('["2026-02-03T04:05:06Z",7]').toString('base64url'), 'a number as id'],
  [Buffer.from('["2026-02-03T04:05:06Z","7"]').toString('base64url'), 'an id that is no uuid'],
  [Buffer.from(`["0000-02-03T04:05:06Z","${position.id}"]`).toString('base64url'), 'no year'],
  [Buffer.from(`["9999-02-03T04:05:06Z","${position.id}"]`).toString('base64url'), 'a far year'],
  [Buffer.from('["2026-02-03T04:05:06Z"]').toString('base64url'), 'half a position'],
])('refuses %j (%s) and names the field', async (cursor) => {
  const reason: unknown = expect.any(String);
  const read = (): void => void decodeCursor(cursor);
  expect(read).toThrow(AppError);
  await expect(Promise.resolve().then(read)).rejects.toMatchObject({
    code: 'invalid_input',
    fields: [{ field: 'cursor', reason }],
  });
});
