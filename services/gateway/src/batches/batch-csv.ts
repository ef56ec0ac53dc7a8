import { MOST_BATCH_ROWS } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { parseCsv } from './csv';

const NUMBERS = new Set(['duration', 'seed', 'variants', 'max_price_credits', 'strength']);
const LISTS = new Set(['fallback', 'references']);
/** Columns such as `metadata.shot`. */
const NESTED = /^(metadata|params)\.(.+)$/;
const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

/**
 * The rows of a CSV file as those of a JSON body. The first line names the columns: the fields of a row; `metadata.NAME` and
 * `params.NAME` for one of those; several values of `fallback` and `references` with spaces between. What is empty is left out.
 * What a cell means is checked with the body. Throws `invalid_input`.
 */
export function readBatchCsv(text: string): { rows: Record<string, unknown>[] } {
  const [header = [], ...lines] = parseCsv(text);
  const columns = header.map((name) => name.trim());
  if (lines.length > MOST_BATCH_ROWS) {
    throw refusal(`A batch has at most ${MOST_BATCH_ROWS} rows: send the others as another batch.`);
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw refusal(`The column ${twice.slice(0, 64)} is there twice.`);
  return {
    rows: lines.map((cells, index) => {
      if (cells.length <= columns.length) return toRow(columns, cells);
      const reason = `It has ${cells.length} cells, and there are ${columns.length} columns.`;
      throw refusal(reason, `rows.${index}`);
    }),
  };
}

function toRow(columns: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const plain: [string, unknown][] = [];
  const nested = new Map<string, [string, unknown][]>();
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]?.trim() ?? '';
    if (cell === '') continue;
    const [, group, name] = NESTED.exec(column) ?? [];
    if (group === undefined || name === undefined) plain.push([column, toValue(column, cell)]);
    else nested.set(group, [...(nested.get(group) ?? []), [name, group === 'params' ? toParam(cell) : cell]]);
  }
  // Own properties, whatever a column is called.
  const groups = [...nested].map(([group, entries]) => [group, Object.fromEntries(entries)] as const);
  return Object.fromEntries([...plain, ...groups]);
}

/** A cell that is no number stays as it is, so that the check of the body says what is wrong with it. */
function toValue(column: string, cell: string): unknown {
  if (NUMBERS.has(column)) return NUMBER.test(cell) ? Number(cell) : cell;
  return LISTS.has(column) ? cell.split(/\s+/) : cell;
}

function toParam(cell: string): unknown {
  if (cell === 'true' || cell === 'false') return cell === 'true';
  return NUMBER.test(cell) ? Number(cell) : cell;
}

function refusal(reason: string, field = 'rows'): AppError {
  return new AppError('invalid_input', `${field}: ${reason}`, { fields: [{ field, reason }] });
}
