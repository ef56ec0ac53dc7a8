import { toJobResource, type JobExportQuery, type JobRecord } from '@shotloom/contracts';
import type { Caller, Jobs } from './jobs';

const PAGE = 100;

/** The columns of a table, and what stands in them. */
const COLUMNS: Readonly<Record<string, (job: JobRecord) => string | number | null>> = {
  id: ({ jobId }) => jobId,
  created_at: ({ createdAt }) => createdAt,
  finished_at: ({ finishedAt }) => finishedAt,
  status: ({ status }) => status,
  progress_percentage: ({ progress }) => progress,
  operation: ({ request }) => request.operation,
  provider: ({ provider }) => provider,
  model: ({ model }) => model,
  prompt: ({ request }) => request.prompt,
  duration: ({ request }) => request.durationSeconds,
  width: ({ output, request }) => output?.width ?? request.width,
  height: ({ output, request }) => output?.height ?? request.height,
  seed: ({ request }) => request.seed,
  variant: ({ variant }) => variant.index,
  credits_captured: ({ creditsCaptured }) => creditsCaptured,
  error: ({ error }) => error?.message ?? null,
  video: ({ jobId, output }) => (output ? `/api/v1/jobs/${jobId}/video` : null),
};

/**
 * All jobs that match, piece by piece as whoever reads takes them: never more than a page is in memory. Resolves with the first page
 * read, so that what refuses it can still be answered. A later page that cannot be read breaks the stream off.
 */
export async function exportJobs(
  jobs: Jobs,
  { format, ...filter }: JobExportQuery,
  caller: Caller,
): Promise<AsyncGenerator<string>> {
  const page = (cursor?: string): ReturnType<Jobs['list']> =>
    jobs.list({ ...filter, limit: PAGE, cursor }, caller);
  return (format === 'csv' ? toTable : toList)(pages(page, await page()));
}

type Page = Awaited<ReturnType<Jobs['list']>>;

async function* pages(
  read: (cursor: string) => Promise<Page>,
  first: Page,
): AsyncGenerator<readonly JobRecord[]> {
  yield first.jobs;
  for (let { nextCursor } = first; nextCursor !== null;) {
    const next = await read(nextCursor);
    yield next.jobs;
    ({ nextCursor } = next);
  }
}

/** Starts with the mark by which spreadsheets know that it is UTF-8. */
async function* toTable(found: AsyncIterable<readonly JobRecord[]>): AsyncGenerator<string> {
  yield `\uFEFF${toLine(Object.keys(COLUMNS))}`;
  for await (const jobs of found) {
    yield jobs.map((job) => toLine(Object.values(COLUMNS).map((read) => read(job)))).join('');
  }
}

async function* toList(found: AsyncIterable<readonly JobRecord[]>): AsyncGenerator<string> {
  let before = '[';
  for await (const jobs of found) {
    for (const job of jobs) {
      yield `${before}\n${JSON.stringify(toJobResource(job))}`;
      before = ',';
    }
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

const toLine = (cells: readonly (string | number | null)[]): string => `${cells.map(toCell).join(',')}\r\n`;

/**
 * Where a spreadsheet may see the beginning of a formula: at the start of the text, and behind what ends a cell or a line where its language
 * parts cells by something else than a comma, since it does not see our quotes there. The list as JSON has the text as it is.
 */
const FORMULA = /^(?=[\t\r\n])|(?<=^|[;|\t\r\n])(?=[=+\-@＝＋－＠])/g;

/** As RFC 4180 quotes it. What a spreadsheet would take for a formula gets a mark before it that says that it is text. */
export function toCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = value.replaceAll(FORMULA, "'");
  return /[",;|\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
