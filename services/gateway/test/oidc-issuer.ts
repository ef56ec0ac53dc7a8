import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export interface IssuerPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly hd?: string;
}

/** What a gateway must be told of its client there. */
export const ISSUER_CLIENT = {
  CLIENT_ID: 'shotloom',
  CLIENT_SECRET: 'a secret between the two of us',
} as const;

/** A real OpenID Connect server on this machine; who signs in there is decided by the test. */
export interface Issuer {
  readonly url: string;
  readonly people: Map<string, IssuerPerson>;
  /** The subject that signs in next; null: refuses. */
  next: string | null;
  /** From now on it lets people go back to the gateway that is known by this origin. It answers nobody before. */
  serve(origin: string): void;
  /** Signs in there as a browser of its own does; gives the address that it sends the browser back to. */
  visit(location: string): Promise<URL>;
  close(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer = {
    url,
    people: new Map(),
    next: null,
    serve: (origin) => void answerFor(server, issuer, origin),
    visit: (location) => visit(url, location),
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
  return issuer;
}

function answerFor(server: Server, issuer: Issuer, origin: string): void {
  const provider = makeProvider(issuer, origin);
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return void handle(request, response);
    void (async () => {
      const details = await provider.interactionDetails(request, response);
      if (issuer.next === null) {
        return provider.interactionFinished(request, response, { error: 'access_denied' });
      }
      if (details.prompt.name === 'login') {
        return provider.interactionFinished(request, response, { login: { accountId: issuer.next } });
      }
      const grant = new provider.Grant({ accountId: issuer.next, clientId: ISSUER_CLIENT.CLIENT_ID });
      grant.addOIDCScope('openid email profile');
      const grantId = await grant.save();
      return provider.interactionFinished(request, response, { consent: { grantId } });
    })();
  });
}

function makeProvider({ url, people }: Issuer, origin: string): Provider {
  const callback = (path: string) => `${origin}/api/v1/auth/${path}/callback`;
  return new Provider(url, {
    clients: [
      {
        client_id: ISSUER_CLIENT.CLIENT_ID,
        client_secret: ISSUER_CLIENT.CLIENT_SECRET,
        redirect_uris: [callback('google'), callback('oidc/acme')],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'hd'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
    cookies: { keys: ['a key for cookies of this test'] },
  });
}

async function visit(issuer: string, start: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let location = new URL(start, issuer);
  for (let hops = 0; hops < 10 && location.origin === issuer; hops += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(location, { redirect: 'manual', headers: { cookie } });
    await answer.arrayBuffer();
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    location = new URL(answer.headers.get('location') ?? 'nowhere:', location);
  }
  return location;
}
