/**
 * What `helm test` runs: makes the demo user, sends a picture up, has it rendered by the built-in engine, and fetches the
 * film, over HTTP as any client does. Ends with 0 only when the film is an MP4.
 */
import { execFileSync } from 'node:child_process';
import { deflateSync, crc32 } from 'node:zlib';
import { setTimeout as delay } from 'node:timers/promises';

const { GATEWAY_URL, PUBLIC_URL, SEED_SCRIPT } = process.env;
const DEADLINE_MS = 240_000;

const { apiKey } = JSON.parse(execFileSync(process.execPath, [SEED_SCRIPT], { encoding: 'utf8' }));

async function call(path, init = {}) {
  const headers = { ...init.headers, authorization: `Bearer ${apiKey}` };
  const response = await fetch(new URL(path, GATEWAY_URL), { ...init, headers, redirect: 'manual' });
  if (response.status < 400) return response;
  throw new Error(`${path} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
}

const json = async (response) => (await response).json();

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG with a slope of colours, so that a camera that moves over it shows. */
function picture(width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows.set([(x * 255) / width, (y * 255) / height, 128], y * (1 + width * 3) + 1 + x * 3);
    }
  }
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([magic, ...parts]);
}

const form = new FormData();
form.append('file', new Blob([picture(640, 360)], { type: 'image/png' }), 'slope.png');
const { asset_id } = await json(call('/api/v1/upload', { method: 'POST', body: form }));
const order = { asset_id, prompt: 'camera slowly zooms in', provider: 'animatic', duration: 2, size: '720P' };
const { id } = await json(
  call('/api/v1/generate/image-to-video', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...order, aspect_ratio: '16:9' }),
  }),
);
console.log(`job ${id} was accepted`);

const until = Date.now() + DEADLINE_MS;
let job = await json(call(`/api/v1/jobs/${id}`));
while (!['completed', 'failed', 'cancelled'].includes(job.status)) {
  if (Date.now() > until) throw new Error(`The job is still ${job.status} after ${DEADLINE_MS / 1000} s.`);
  await delay(1_000);
  job = await json(call(`/api/v1/jobs/${id}`));
}
if (job.status !== 'completed') throw new Error(`The job ${job.status}: ${job.error?.message}`);

// The link is signed for the public address. Where that is ours, it is the same path at the door that a pod can reach.
const link = (await call(`/api/v1/jobs/${id}/video`)).headers.get('location');
const inside = link.startsWith(`${PUBLIC_URL}/`) ? GATEWAY_URL + link.slice(PUBLIC_URL.length) : link;
const film = await fetch(inside);
const bytes = Buffer.from(await film.arrayBuffer());
if (!film.ok || bytes.toString('latin1', 4, 8) !== 'ftyp') {
  throw new Error(`The film is no MP4: ${film.status}, ${bytes.length} bytes.`);
}
console.log(`a film of ${bytes.length} bytes came back`);
