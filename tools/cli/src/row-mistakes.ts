import { ShotloomError, type BatchFile } from '@shotloom/sdk';
import { printable } from './terminal';

const FIELD = /^rows\.(\d+)(?:\.(.+))?$/s;
/** As the server names fields in its sentence. */
const IN_SENTENCE = /\brows\.(\d+)(?:\.([\w.-]*\w))?/g;

/** A row as people count: from 1. */
export function rowName(row: number, key: string | null = null): string {
  return key === null ? `row ${row + 1}` : `row ${row + 1} (${printable(key)})`;
}

/** What the server says of `rows.3.duration` in words of whoever wrote the file; everything else as it is. */
export function inRows(error: unknown, type: BatchFile['type']): unknown {
  if (!(error instanceof ShotloomError) || !error.fields.some(({ field }) => FIELD.test(field))) return error;
  const fields = error.fields.map(({ field, reason }) => ({ field: inWords(field), reason }));
  const [first] = error.fields;
  const single = error.fields.length === 1 && error.message === `${first?.field}: ${first?.reason}`;
  const sentence = single ? 'One row is not valid.' : sentenceOf(error.message);
  const start = type === 'text/csv' ? ', the line of names not counted' : '';
  return new ShotloomError(error.code, `${sentence} Rows count from 1${start}.`, {
    ...{ status: error.status, fields, errorId: error.errorId, cause: error },
  });
}

function inWords(field: string): string {
  const [, row, rest] = FIELD.exec(field) ?? [];
  if (row === undefined) return printable(field);
  return rest === undefined ? rowName(Number(row)) : `${rowName(Number(row))}, ${printable(rest)}`;
}

function sentenceOf(message: string): string {
  return printable(message).replaceAll(IN_SENTENCE, (_all, row: string, rest: string | undefined) =>
    rest === undefined ? rowName(Number(row)) : `${rest} of ${rowName(Number(row))}`,
  );
}
