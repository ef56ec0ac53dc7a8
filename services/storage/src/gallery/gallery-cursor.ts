import { z } from 'zod';
import { AppError } from '@shotloom/kernel';

/** Where a page of `top` ends. */
export interface LikesPosition {
  readonly likes: number;
  readonly id: string;
}

const schema = z.tuple([z.int().min(0).max(2_147_483_647), z.guid()]);

export function encodeLikes({ likes, id }: LikesPosition): string {
  return Buffer.from(JSON.stringify([likes, id])).toString('base64url');
}

/** Throws `invalid_input` (field `cursor`). */
export function decodeLikes(cursor: string): LikesPosition {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return { likes: parsed.data[0], id: parsed.data[1] };
  const reason = 'Is not a cursor of this order: leave it out to start from the first page.';
  throw new AppError('invalid_input', 'The cursor cannot be read.', {
    fields: [{ field: 'cursor', reason }],
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
