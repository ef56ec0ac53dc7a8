import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreatedApiKey, SignedIn } from '@shotloom/contracts';
import { freePort, rememberSecret, startPlatform, type RunningPlatform } from '@shotloom/testing';
import { sql } from 'kysely';
import { WebSocket } from 'ws';
import { Api, send } from './support/api';
import { Truth } from './support/truth';

/**
 * A run that makes every kind of secret there is, and uses each as it should and as it should not. That no log of any process shows one is
 * looked at when the platform stops, here and after every other run of it.
 */
jest.setTimeout(180_000);

let platform: RunningPlatform;
let truth: Truth;
let api: Api;
let anonymous: Api;
let admin: Api;
beforeAll(async () => {
  platform = await startPlatform({
    simulate: ['kling', 'stripe'],
    env: {
      SIMULATOR_ARGS: '--queue-ms 50,100 --run-ms 200,400 --scale 0.1',
      // Nobody listens: mails wait, with what is in them, and that they cannot be sent is logged.
      SMTP_URL: `smtp://mailer:${rememberSecret('smtp-password-of-a-test', 'the password of SMTP')}@127.0.0.1:${await freePort()}`,
      MAIL_FROM: 'Shotloom <no-reply@video.example>',
      LOG_LEVEL: 'debug',
    },
  });
  truth = new Truth(platform.runtime);
  api = new Api(platform.runtime);
  anonymous = new Api(platform.runtime, '');
});
afterAll(async () => {
  await truth.close();
  await platform.stop();
});

const signedIn = (answer: SignedIn): string => {
  rememberSecret(answer.refresh_token ?? '', 'a refresh token');
  return rememberSecret(answer.access_token ?? '', 'an access token');
};

/** The token of the last mail to an address, out of the queue. */
async function mailedToken(email: string): Promise<string> {
  const rows = await truth.rows(
    sql<{
      body: string;
    }>`SELECT body FROM identity.mails WHERE lower(to_address) = ${email} ORDER BY id DESC LIMIT 1`,
  );
  const [, token = ''] = /#token=([A-Za-z0-9_-]+)/.exec(rows[0]?.body ?? '') ?? [];
  expect(token).not.toBe('');
  return rememberSecret(token, 'the token of a mail');
}

it('signs people in and out, rightly and wrongly', async () => {
  const { adminEmail = '', adminPassword = '' } = platform.runtime;
  const wrong = rememberSecret('a wrong password of a test', 'a wrong password');
  const bad = await anonymous.fetch('/api/v1/auth/login', send({ email: adminEmail, password: wrong }));
  expect(bad.status).toBe(401);
  const opened = await anonymous.post<SignedIn>('/api/v1/auth/login', {
    email: adminEmail,
    password: adminPassword,
  });
  const access = signedIn(opened);
  admin = new Api(platform.runtime, access);
  const refreshed = await anonymous.post<SignedIn>('/api/v1/auth/refresh', {
    refresh_token: opened.refresh_token,
  });
  signedIn(refreshed);
  // Where a credential should not be.
  for (const path of [
    `/api/v1/jobs/${access}`,
    `/api/v1/me?token=${access}`,
    `/api/v1/${refreshed.refresh_token}`,
  ]) {
    await anonymous.fetch(path);
  }
  const cookies = await anonymous.fetch('/api/v1/me', { headers: { cookie: `shotloom-access=${access}` } });
  expect(cookies.status).toBe(200);
  const broken = '{"email":"a@example.com","password":"a broken body of a test';
  rememberSecret('a broken body of a test', 'a password in a body that is no JSON');
  const unread = await anonymous.fetch('/api/v1/auth/login', {
    method: 'POST',
    body: broken,
    headers: { 'content-type': 'application/json' },
  });
  expect(unread.status).toBe(400);
});

it('registers somebody, resets a password and invites', async () => {
  const email = 'secrets@example.com';
  const password = rememberSecret('the first password of a test', 'a password');
  await anonymous.post('/api/v1/auth/register', { email, password });
  const opened = await anonymous.post<SignedIn>('/api/v1/auth/verify', {
    token: await mailedToken(email),
    password,
  });
  const person = new Api(platform.runtime, signedIn(opened));
  await anonymous.post('/api/v1/auth/password/forgot', { email });
  const next = rememberSecret('the second password of a test', 'a password');
  const reset = await anonymous.fetch(
    '/api/v1/auth/password/reset',
    send({ token: await mailedToken(email), password: next }),
  );
  expect(reset.status).toBe(204);
  expect((await person.fetch('/api/v1/me')).status).toBe(401);
  const { id } = await admin.post<{ id: string }>('/api/v1/accounts', { name: 'Secrets' });
  await admin.post(`/api/v1/accounts/${id}/invitations`, { email });
  const invitation = await mailedToken(email);
  expect((await api.fetch('/api/v1/invitations/accept', send({ token: invitation }))).status).toBe(403);
});

it('makes keys, and sends them where they belong and where they do not', async () => {
  const made = await admin.post<CreatedApiKey>('/api/v1/api-keys', { name: 'secrets' });
  const key = rememberSecret(made.key ?? '', 'an API key');
  const rotated = await admin.post<CreatedApiKey>(`/api/v1/api-keys/${made.id}/rotate`, {});
  const second = rememberSecret(rotated.key ?? '', 'an API key');
  expect((await anonymous.fetch('/api/v1/me', { headers: { 'x-api-key': second } })).status).toBe(200);
  expect((await new Api(platform.runtime, key).fetch('/api/v1/me')).status).toBe(401);
  for (const path of [
    `/api/v1/me?api_key=${second}`,
    `/api/v1/jobs/${second}`,
    `/${second}`,
    `/media/${second}`,
  ]) {
    await anonymous.fetch(path);
  }
  const { ticket } = await api.post<{ ticket: string }>('/api/v1/tickets', {});
  rememberSecret(ticket, 'a ticket');
  const url = `${platform.runtime.gatewayUrl.replace(/^http/, 'ws')}/ws/jobs/${platform.runtime.userId}?ticket=${ticket}`;
  const socket = new WebSocket(url);
  await once(socket, 'open');
  socket.terminate();
  expect((await anonymous.fetch(`/api/v1/events?ticket=${ticket}`)).status).toBe(401);
});

it('calls vendors with keys of its own and of a user, and is called back', async () => {
  const own = rememberSecret('own-vendor-key-of-a-test-0123456789', 'a vendor key of a user');
  await api.json('/api/v1/providers/kling/config', { ...send({ fields: { apiKey: own } }), method: 'PUT' });
  await api.fetch('/api/v1/providers/kling/test-connection', { method: 'POST' });
  await api.fetch('/api/v1/providers/kling/balance');
  await api.fetch('/api/v1/providers/kling/config', { method: 'DELETE' });
  const operators = rememberSecret('operators-vendor-key-of-a-test-012345', 'a vendor key of the operator');
  await admin.fetch(
    '/api/v1/admin/providers/kling/credentials',
    send({ name: 'second', fields: { apiKey: operators }, reason: 'a test of logs' }),
  );
  const forged = createHmac('sha256', 'guess').update('x').digest('base64url');
  const callback = `/webhooks/kling?attempt=${platform.runtime.userId}&sig=${rememberSecret(forged, 'a signature')}`;
  expect((await anonymous.fetch(callback, send({}))).status).toBe(403);
  const stripe = await anonymous.fetch(
    '/webhooks/stripe',
    send({ id: 'evt_1' }, { 'stripe-signature': `t=1,v1=${'0'.repeat(64)}` }),
  );
  expect(stripe.status).toBe(403);
});

it('makes a video and gives links to it, which are used whole and broken', async () => {
  const json = { prompt: 'a lighthouse', model: 'animatic:animatic-1', duration: 1, size: '720P' };
  const { id } = await api.post<{ id: string }>('/api/v1/generate/text-to-video', json);
  await api.completed(id);
  const link = (await api.fetch(`/api/v1/jobs/${id}/video`)).headers.get('location') ?? '';
  const signature = [...new URL(link).searchParams.values()].reduce((one, two) =>
    two.length > one.length ? two : one,
  );
  rememberSecret(signature, 'the signature of a link');
  expect((await fetch(link)).status).toBe(200);
  expect((await fetch(link.replace(signature, `${signature.slice(1)}x`))).status).toBe(403);
  expect((await fetch(link, { method: 'PUT', body: 'x' })).status).toBeGreaterThanOrEqual(400);
});

it('has written enough to tell that nothing of it was written', async () => {
  const files = await readdir(platform.runtime.logs);
  expect(files).toEqual(
    expect.arrayContaining([
      'gateway.log',
      'notifier.log',
      'storage.log',
      'job-orchestrator.log',
      'provider-kling.log',
    ]),
  );
  const gateway = await readFile(join(platform.runtime.logs, 'gateway.log'), 'utf8');
  expect(gateway.split('\n').length).toBeGreaterThan(30);
  expect(gateway).toContain('/api/v1/auth/login');
});
