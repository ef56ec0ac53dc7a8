/**
 * `node notes.mjs <version> [root]`: what CHANGELOG.md says of a version, for the announcement of its release. Ends with 1 where the
 * files of the repository are of another version, or of different ones, or where nothing is said.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { versionsIn } from './version-files.mjs';

const [version, root = fileURLToPath(new URL('../..', import.meta.url))] = process.argv.slice(2);

function notesOf(text) {
  const parts = text.split(/^(?=#{1,2} v?\d+\.\d+\.\d+)/m);
  const part = parts.find((one) => /^#+ v?(\S+)/.exec(one)?.[1] === version);
  if (part === undefined) throw new Error(`CHANGELOG.md says nothing of ${version}.`);
  return part.slice(part.indexOf('\n')).trim();
}

try {
  if (version === undefined) throw new Error('Usage: node notes.mjs <version> [root]');
  const others = Object.entries(versionsIn(root)).filter(([, found]) => found !== version);
  if (others.length > 0)
    throw new Error(`Not ${version}: ${others.map(([file, found]) => `${file} (${found})`).join(', ')}.`);
  console.log(notesOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
