#!/usr/bin/env node
/**
 * Builds the images of all services, or of some: `node docker/build.mjs [services] [options]`; --help says which options. Ends with
 * a table of their sizes. Images that are there already are built anew; what has not changed comes from Docker's cache.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SIMULATORS = 'vendor-simulators';
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Who needs more than Node: ffmpeg, and fonts too where words are drawn. All others do without these 200 packages. */
const RUNTIMES = { storage: 'media', 'provider-animatic': 'titles', [SIMULATORS]: 'media' };

const USAGE = `Usage: node docker/build.mjs [service ...] [options]
Without services: all. Options:
  --node-image <image>  what to build on (the Dockerfile's default); with a digest for what is published
  --prefix <text>       of the images' names (shotloom/)
  --tag <tag>           of the images (the version in package.json)
  --source <url>        where the sources are, for the label
  --push                push each after it is built
  --matrix              build nothing; print services and their runtimes as JSON, for a matrix of jobs`;

const SERVICES = readdirSync(join(ROOT, 'services')).filter((name) => name !== 'console');

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'node-image': { type: 'string' },
      prefix: { type: 'string', default: 'shotloom/' },
      tag: { type: 'string', default: version() },
      source: { type: 'string', default: '' },
      push: { type: 'boolean', default: false },
      matrix: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const known = [...SERVICES, SIMULATORS];
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`Unknown service ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  const services = positionals.length > 0 ? positionals : known;
  if (values.matrix) {
    const include = services.map((service) => ({ service, runtime: runtimeOf(service) }));
    return console.log(JSON.stringify({ include }));
  }
  console.table(services.map((service) => build(service, values)));
}

function build(service, { 'node-image': nodeImage, prefix, tag, source, push }) {
  const image = `${prefix}${service}:${tag}`;
  const args = {
    SERVICE: service,
    RUNTIME: runtimeOf(service),
    VERSION: version(),
    REVISION: git('rev-parse', 'HEAD'),
    // Of the commit and not of the clock, so that the same sources give the same labels.
    CREATED: git('show', '--no-patch', '--format=%cI', 'HEAD'),
    SOURCE: source,
    ...(nodeImage === undefined ? {} : { NODE_IMAGE: nodeImage }),
  };
  const pairs = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  docker(['build', '--file', 'docker/Dockerfile', ...pairs, '--tag', image, '.']);
  if (push) docker(['push', image]);
  const size = execFileSync('docker', ['image', 'inspect', '--format', '{{.Size}}', image], {
    encoding: 'utf8',
  });
  return { image, MB: Math.round(Number(size) / 1e6) };
}

function runtimeOf(service) {
  return RUNTIMES[service] ?? 'plain';
}

function docker(args) {
  const { status, error } = spawnSync('docker', args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, DOCKER_BUILDKIT: '1' },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`docker ${args[0]} ended with ${status}.`);
}

function git(...args) {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
}

function version() {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
