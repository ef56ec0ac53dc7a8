/**
 * `node publishable-chart.mjs --images ghcr.io/owner/name [--digests folder] --out folder`: a copy of the chart whose defaults are the
 * images below that name, by digest where the folder has a file with one for each service. So who installs the published chart gets
 * what was built with it. Everything else, comments and the images of others too, stays as it is.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CHART = fileURLToPath(new URL('../../charts/shotloom', import.meta.url));
const DIGEST = /^sha256:[0-9a-f]{64}$/;

function main() {
  const { images, digests: folder, out } = readArguments();
  const digests = folder === undefined ? {} : readDigests(folder);
  cpSync(CHART, out, { recursive: true, errorOnExist: true, force: false });
  edit(join(out, 'values.yaml'), [
    [/^ {2}prefix: shotloom$/gm, `  prefix: ${images}`],
    [/^ {2}digests: \{\}$/gm, `  digests: ${JSON.stringify(digests)}`],
  ]);
  // Artifact Hub scans what it reads here.
  const chart = readFileSync(join(out, 'Chart.yaml'), 'utf8').replaceAll(
    /^( +image: )shotloom\/([\w-]+)(:\S+)$/gm,
    (_line, start, service, tag) =>
      `${start}${images}/${service}${digests[service] === undefined ? tag : `@${digests[service]}`}`,
  );
  writeFileSync(join(out, 'Chart.yaml'), chart);
}

function readArguments() {
  const text = { type: 'string' };
  const { values } = parseArgs({ options: { images: text, digests: text, out: text } });
  for (const name of ['images', 'out']) {
    if (!values[name]) throw new Error(`Say --${name}.`);
  }
  if (!/^[a-z0-9][a-z0-9.:/_-]*$/.test(values.images))
    throw new Error(`${values.images} is no name of images.`);
  return values;
}

function readDigests(folder) {
  return Object.fromEntries(
    readdirSync(folder).map((service) => {
      const digest = readFileSync(join(folder, service), 'utf8').trim();
      if (!DIGEST.test(digest)) throw new Error(`${digest} of ${service} is not a digest.`);
      return [service, digest];
    }),
  );
}

/** Each pattern has to be there once: a values file that has changed must not be published half edited. */
function edit(file, replacements) {
  let text = readFileSync(file, 'utf8');
  for (const [pattern, replacement] of replacements) {
    const found = text.match(pattern)?.length ?? 0;
    if (found !== 1) throw new Error(`${file} has ${pattern} ${found} times and not once.`);
    text = text.replace(pattern, () => replacement);
  }
  writeFileSync(file, text);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
