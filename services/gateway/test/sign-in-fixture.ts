import { randomBytes } from 'node:crypto';
import { parseSetCookie } from 'cookie';
import { hash } from '@node-rs/argon2';
import { createPerson } from '../src/identity/people';
import type { PlatformRole } from '../src/identity/schema/people-tables';
import { call, startGateway, type Answer, type GatewayFixture } from './gateway-fixture';
import { startMailSink, type MailSink } from './mail-sink';

export { tokenIn, type MailSink, type SentMail } from './mail-sink';

export const PASSWORD = 'correct horse battery staple';
export const SIGNING_KEY = randomBytes(32).toString('base64');
/** What the fixture's gateway is known by. */
export const ORIGIN = 'https://video.example';

export async function startSignIn(
  env: Record<string, string> = {},
): Promise<{ gateway: GatewayFixture; sink: MailSink; close: () => Promise<void> }> {
  const sink = await startMailSink();
  const gateway = await startGateway({
    AUTH_SIGNING_KEY: SIGNING_KEY,
    SMTP_URL: sink.url,
    MAIL_FROM: 'Shotloom <no-reply@video.example>',
    ...env,
  });
  const close = async (): Promise<void> => {
    await gateway.close();
    await sink.close();
  };
  return { gateway, sink, close };
}

export interface TestPerson {
  readonly userId: string;
  readonly accountId: string;
  readonly email: string;
}

/** Somebody with the password of these tests. */
export async function addPerson(
  { database }: Pick<GatewayFixture, 'database'>,
  email: string,
  facts: { role?: PlatformRole; verified?: boolean } = {},
): Promise<TestPerson> {
  const passwordHash = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  const emailVerifiedAt = facts.verified === false ? null : new Date();
  return database.run(async ({ sql }) => {
    const person = await createPerson(sql, { email, displayName: 'Test', passwordHash, emailVerifiedAt });
    const { role = 'user' } = facts;
    await sql.updateTable('identity.users').set({ role }).where('id', '=', person.userId).execute();
    return { ...person, email };
  });
}

export interface Tokens {
  readonly access: { readonly apiKey: string };
  readonly refresh: string;
  readonly sessionId: string;
}

export function tokensOf({ body }: Answer): Tokens {
  return {
    access: { apiKey: String(body['access_token']) },
    refresh: String(body['refresh_token']),
    sessionId: String(body['session_id']),
  };
}

export async function signIn(
  gateway: Pick<GatewayFixture, 'url'>,
  email: string,
  agent = 'test',
): Promise<Tokens> {
  const answer = await call(gateway, '/api/v1/auth/login', null, {
    json: { email, password: PASSWORD },
    headers: { 'user-agent': agent },
  });
  if (answer.status !== 200) throw new Error(`sign-in failed: ${answer.text}`);
  return tokensOf(answer);
}

/** What a browser would keep: cookies by name, and what was said of each. */
export class Jar {
  readonly cookies = new Map<string, ReturnType<typeof parseSetCookie>>();

  take(answer: Pick<Answer, 'headers'>): void {
    for (const line of answer.headers.getSetCookie()) {
      const cookie = parseSetCookie(line);
      if (cookie.maxAge === 0) this.cookies.delete(cookie.name);
      else this.cookies.set(cookie.name, cookie);
    }
  }

  get header(): string {
    return [...this.cookies.values()].map(({ name, value }) => `${name}=${value ?? ''}`).join('; ');
  }
}

/** What a page of ours sends beside its cookies. */
export const PAGE_HEADERS = { 'x-shotloom-csrf': '1', origin: ORIGIN, 'sec-fetch-site': 'same-origin' };

/** A browser's request: with its cookies, which it keeps up to date. */
export async function browse(
  gateway: Pick<GatewayFixture, 'url'>,
  jar: Jar,
  path: string,
  init: RequestInit & { json?: unknown } = {},
): Promise<Answer> {
  const headers = {
    ...PAGE_HEADERS,
    ...(init.headers as Record<string, string> | undefined),
    cookie: jar.header,
  };
  const answer = await call(gateway, path, null, { ...init, headers });
  jar.take(answer);
  return answer;
}
