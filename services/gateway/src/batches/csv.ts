import { AppError } from '@shotloom/kernel';

/** More is no table of ours. */
const MOST_CELLS = 200_000;

/**
 * The cells of a CSV file by RFC 4180: quoted cells may hold commas, line breaks and doubled quotes; a byte order mark and empty lines are
 * left out. Throws `invalid_input` for a quote that is never closed, or that stands where none may be.
 */
export function parseCsv(text: string): string[][] {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  let cells = 0;
  const endRow = (): void => {
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  while (at < source.length || row.length > 0) {
    const { cell, end } = source[at] === '"' ? quotedCell(source, at, rows.length) : plainCell(source, at);
    row.push(cell);
    if ((cells += 1) > MOST_CELLS) throw broken('The CSV has too many cells.');
    const next = source[end];
    if (next !== undefined && next !== ',' && next !== '\n' && next !== '\r') {
      throw broken(`Line ${rows.length + 1} has text after a closing quote.`);
    }
    at = end + (next === '\r' && source[end + 1] === '\n' ? 2 : 1);
    if (next !== ',') endRow();
    else if (at >= source.length) {
      row.push('');
      endRow();
    }
  }
  return rows;
}

interface Cell {
  readonly cell: string;
  /** Where what follows it stands. */
  readonly end: number;
}

const END_OF_CELL = /[,\r\n]/g;

function plainCell(source: string, from: number): Cell {
  END_OF_CELL.lastIndex = from;
  const end = END_OF_CELL.exec(source)?.index ?? source.length;
  return { cell: source.slice(from, end), end };
}

function quotedCell(source: string, from: number, line: number): Cell {
  let end = source.indexOf('"', from + 1);
  while (end !== -1 && source[end + 1] === '"') end = source.indexOf('"', end + 2);
  if (end === -1) throw broken(`A quote that is opened in line ${line + 1} is never closed.`);
  return { cell: source.slice(from + 1, end).replaceAll('""', '"'), end: end + 1 };
}

function broken(reason: string): AppError {
  return new AppError('invalid_input', reason, { fields: [{ field: 'body', reason }] });
}
