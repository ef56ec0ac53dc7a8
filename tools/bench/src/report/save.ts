import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../paths';
import type { BenchReport } from '../results';
import { toSections } from './markdown';

const DOCS = join(ROOT, 'docs', 'benchmarks.md');
const BEGIN = '<!-- figures -->';
const END = '<!-- end of figures -->';

/** Keeps the run as JSON; returns the file. */
export async function saveJson(report: BenchReport): Promise<string> {
  const folder = join(ROOT, '.shotloom', 'bench');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${report.startedAt.replaceAll(':', '-').slice(0, 19)}.json`);
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  return file;
}

/** Puts the figures between the two marks of docs/benchmarks.md; scenarios that were not run keep theirs, and so does what people wrote. */
export async function writeDocs(report: BenchReport): Promise<string> {
  const text = await readFile(DOCS, 'utf8');
  await writeFile(DOCS, await formatted(insertFigures(text, toSections(report))));
  return DOCS;
}

/** Sections go by their heading: a known one is replaced where it stands, a new one comes last. */
export function insertFigures(text: string, sections: ReadonlyMap<string, string>): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`docs/benchmarks.md lacks the marks ${BEGIN} and ${END}.`);
  const kept = text
    .slice(begin + BEGIN.length, end)
    .split(/^### /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), `### ${part.trim()}`] as const);
  const figures = [...new Map([...kept, ...sections]).values()].join('\n\n');
  return `${text.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${text.slice(end)}`;
}

/** As every file of the repository is formatted, so that the check of formats has nothing to say. */
async function formatted(text: string): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(DOCS)), parser: 'markdown' });
}
