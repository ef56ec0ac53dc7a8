#!/usr/bin/env node
/**
 * Makes the secrets of an installation by Compose, once: `node init.mjs [options]` writes `.env` and `secrets/s3.json` beside this file,
 * readable by nobody else. What is there already is kept: without the old keys nothing that they sealed can be read.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const USAGE = `Usage: node init.mjs [options]
  --url <url>          how browsers and vendors reach the gateway (http://127.0.0.1:8080)
  --providers <a,b>    engines beside animatic, each with its worker
  --simulate kling     a simulated Kling, for trials without an account
  --folder <folder>    where to write (beside this file)`;

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    providers: { type: 'string', default: '' },
    simulate: { type: 'string' },
    folder: { type: 'string', default: HERE },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else if (values.simulate !== undefined && values.simulate !== 'kling')
  fail('Only kling is simulated here: --simulate kling.');
else init(values);

function init({ url, providers, simulate, folder }) {
  const file = join(folder, '.env');
  if (existsSync(file)) return console.log(`${file} is there already and was left as it is.`);
  const engines = [...new Set([...list(providers), ...list(simulate)])];
  const secret = () => randomBytes(32).toString('base64url');
  const key = () => randomBytes(32).toString('base64');
  const settings = {
    COMPOSE_PROJECT_NAME: 'shotloom',
    PUBLIC_URL: url,
    PORT: new URL(url).port || '8080',
    PROVIDERS_ENABLED: ['animatic', ...engines].join(','),
    COMPOSE_PROFILES: ['objects', ...engines, ...(simulate === undefined ? [] : ['simulators'])].join(','),
    ...(simulate === undefined
      ? {}
      : {
          KLING_BASE_URL: 'http://simulator-kling:9100',
          SUBNET: '172.30.77.0/24',
          FETCH_ALLOW_PRIVATE: '172.30.77.0/24',
        }),
    POSTGRES_PASSWORD: secret(),
    CALLBACK_SECRET: secret(),
    CREDENTIALS_KEY: key(),
    AUTH_SIGNING_KEY: key(),
    OBJECT_STORE_SIGNING_SECRET: secret(),
    S3_ACCESS_KEY: randomBytes(10).toString('hex'),
    S3_SECRET_KEY: secret(),
    GRAFANA_PASSWORD: secret(),
  };
  write(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const credentials = [{ accessKey: settings.S3_ACCESS_KEY, secretKey: settings.S3_SECRET_KEY }];
  const identity = { name: 'shotloom', credentials, actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'] };
  write(join(folder, 'secrets', 's3.json'), `${JSON.stringify({ identities: [identity] }, null, 2)}\n`);
  console.log(`Wrote ${file}. Keep a copy of it: what its keys sealed cannot be read without them.`);
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}

function list(text = '') {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function fail(message) {
  console.error(message);
  process.exitCode = 2;
}
