#!/usr/bin/env node
/**
 * Runs the whole platform from its images once, from nothing to two films, and takes it away again: `node check.mjs [options]`. Media
 * are files here, vendors are simulated. Ends with 0 only if every step held. Needs the images (docker/build.mjs) and docker-compose.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const PICTURE = join(HERE, '..', '..', 'libs', 'testing', 'samples', 'astronaut.png');
const READY_MS = 180_000;
const FILM_MS = 180_000;

const { values } = parseArgs({
  options: {
    project: { type: 'string', default: 'shotloom-check' },
    compose: { type: 'string', default: 'docker-compose' },
    keep: { type: 'boolean', default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'shotloom-compose-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;

try {
  run('node', [join(HERE, 'init.mjs'), '--simulate', 'kling', '--url', url, '--folder', folder]);
  compose('up', '--detach');
  await ready();
  const { apiKey } = JSON.parse(program('gateway', 'seed-demo'));
  seedSimulatedKey();
  say('the demo user and the key of the simulated vendor are there');
  const assetId = await upload(apiKey);
  const jobs = await Promise.all([
    order(apiKey, { asset_id: assetId, prompt: 'camera slowly zooms in', duration: 5, aspect_ratio: '16:9' }),
    order(apiKey, {
      asset_id: assetId,
      prompt: 'waves',
      model: 'kling:kling-2.6',
      duration: 5,
      aspect_ratio: '16:9',
    }),
  ]);
  compose('restart', '--timeout', '0', 'job-orchestrator', 'storage');
  say('killed job-orchestrator and storage with two jobs under way');
  for (const job of jobs) await film(apiKey, job);
  hardened();
  say('every step held');
} catch (error) {
  console.error(compose('logs', '--tail', '20', '--no-color'));
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (!values.keep) compose('down', '--volumes', '--remove-orphans');
  rmSync(folder, { recursive: true, force: true });
}

async function ready() {
  await until('the gateway to be ready', READY_MS, async () => (await fetch(`${url}/api/v1/health`)).ok);
  say('the platform is up');
}

/** What the simulator accepts, as the gateway's script takes it. */
function seedSimulatedKey() {
  const ask = `fetch('http://127.0.0.1:9100/_sim/credential').then((a) => a.text()).then((t) => console.log(t))`;
  const { fields } = JSON.parse(compose('exec', '-T', 'simulator-kling', 'node', '-e', ask));
  const credential = JSON.stringify({ provider: 'kling', name: 'Simulated', fields });
  program('gateway', 'seed-credential', ['-e', `CREDENTIAL_JSON=${credential}`]);
}

/** Runs another program of a service's image; returns the last line that it prints. */
function program(service, name, options = []) {
  const output = compose('run', '--rm', '-T', '--no-deps', ...options, service, `main/${name}.js`);
  return output.trim().split('\n').at(-1);
}

async function upload(apiKey) {
  const form = new FormData();
  form.append('file', new Blob([readFileSync(PICTURE)], { type: 'image/png' }), 'astronaut.png');
  const { asset_id: assetId } = await call(apiKey, 'POST', '/api/v1/upload', form);
  return assetId;
}

async function order(apiKey, body) {
  const answer = await call(apiKey, 'POST', '/api/v1/generate/image-to-video', JSON.stringify(body));
  return answer.id ?? answer.jobs[0].id;
}

async function film(apiKey, jobId) {
  let job;
  await until(`job ${jobId} to end`, FILM_MS, async () => {
    job = await call(apiKey, 'GET', `/api/v1/jobs/${jobId}`);
    return ['completed', 'failed', 'cancelled'].includes(job.status);
  });
  if (job.status !== 'completed')
    throw new Error(`Job ${jobId} is ${job.status}: ${JSON.stringify(job.error)}`);
  const response = await fetch(`${url}/api/v1/jobs/${jobId}/video`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') throw new Error(`The video of ${jobId} is no MP4.`);
  say(`${job.model}: ${bytes.length} bytes of film`);
}

/** What runs is nobody in particular, and can change nothing of what it runs. */
function hardened() {
  for (const service of [
    'gateway',
    'job-orchestrator',
    'storage',
    'notifier',
    'webhooks',
    'provider-animatic',
  ]) {
    const id = compose('exec', '-T', service, 'id', '-u').trim();
    if (id !== '10001') throw new Error(`${service} runs as ${id}.`);
    const write = spawnCompose(['exec', '-T', service, 'touch', '/app/x']);
    if (write.status === 0) throw new Error(`${service} can write into its own folder.`);
  }
  say('all run as 10001 on a file system that they cannot write');
}

async function call(apiKey, method, path, body) {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
  };
  const response = await fetch(`${url}${path}`, { method, headers, body });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function until(what, timeoutMs, check) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const seen = await check().catch(() => false);
    if (seen) return;
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs / 1000} s for ${what}.`);
    await pause(500);
  }
}

function compose(...args) {
  const { status, stdout, stderr } = spawnCompose(args);
  if (status !== 0)
    throw new Error(`${values.compose} ${args[0]} ended with ${status}: ${stderr.slice(-3_000)}`);
  return stdout;
}

function spawnCompose(args) {
  const files = ['compose.yaml', 'compose.files.yaml'].flatMap((file) => ['--file', join(HERE, file)]);
  const [command, ...first] = values.compose.split(' ');
  const all = [
    ...first,
    '--project-name',
    values.project,
    ...files,
    '--env-file',
    join(folder, '.env'),
    ...args,
  ];
  // No S3 server here: media are files.
  const env = { ...process.env, COMPOSE_PROFILES: 'kling,simulators' };
  return spawnSync(command, all, { encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 });
}

function run(command, args) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0]} ended with ${status}: ${stderr}`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: found } = server.address();
      server.close(() => resolve(found));
    });
  });
}

function say(text) {
  console.log(`  ${text}`);
}
