import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { CHART } from './tools';

const BEGIN = '<!-- values: made of the comments in values.yaml by `npm run chart:docs` -->';
const END = '<!-- end of values -->';

/** The README of the chart with the table of its values as `values.yaml` has them now. */
export function readmeWithValues(readme: string): string {
  const [before, rest] = splitOnce(readme, BEGIN);
  const [, after] = splitOnce(rest, END);
  return `${before}${BEGIN}\n\n${valuesTable()}\n\n${END}${after}`;
}

export const README = join(CHART, 'README.md');

/** A row for each key that has a comment, and for each plain value below none that has. */
function valuesTable(): string {
  const file = join(CHART, 'values.yaml');
  const text = readFileSync(file, 'utf8');
  const values = load(text);
  const rows = documentedKeys(text).map(({ path, words }) => {
    const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], values);
    return `| \`${path.join('.')}\` | ${shown(value)} | ${words.replaceAll('|', '\\|')} |`;
  });
  return ['| value | default | |', '| --- | --- | --- |', ...rows].join('\n');
}

interface DocumentedKey {
  readonly path: readonly string[];
  readonly words: string;
}

function documentedKeys(text: string): DocumentedKey[] {
  const keys: DocumentedKey[] = [];
  const open: { indent: number; key: string }[] = [];
  let words: string | undefined;
  for (const line of text.split('\n')) {
    const comment = /^\s*# -- (.*)$/.exec(line);
    const key = /^(\s*)([\w-]+):/.exec(line);
    if (comment !== null) words = comment[1];
    else if (key !== null) {
      const indent = (key[1] ?? '').length;
      while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
      open.push({ indent, key: key[2] ?? '' });
      if (words !== undefined) keys.push({ path: open.map((one) => one.key), words });
      words = undefined;
    }
  }
  return keys;
}

/** Maps and lists with something in them are looked up in the file. */
function shown(value: unknown): string {
  if (value === '' || value === null) return '';
  const text = JSON.stringify(value);
  return text.length > 40 ? 'see the file' : `\`${text.replaceAll('"', '')}\``;
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`README.md of the chart has lost its line ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
