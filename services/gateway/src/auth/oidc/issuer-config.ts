import { z } from 'zod';

const GOOGLE = { ISSUER: 'https://accounts.google.com', TITLE: 'Google' };
const VARIABLE = /^OIDC_([A-Z0-9]+)_(ISSUER|CLIENT_ID|CLIENT_SECRET|TITLE|SCOPES)$/;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const issuerSchema = z.object({
  /** In lower case; part of the route's address. */
  name: z.string(),
  title: z.string(),
  issuer: z.url().refine((text) => {
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
  }, 'must be an https address'),
  clientId: z.string({ error: 'is missing' }),
  clientSecret: z.string({ error: 'is missing' }),
  scopes: z.string().default('openid email profile'),
});
/** An OpenID Connect issuer that people may sign in with. */
export type IssuerConfig = z.infer<typeof issuerSchema>;

/**
 * Every issuer that the environment names: `OIDC_<NAME>_ISSUER`, `_CLIENT_ID`, `_CLIENT_SECRET`, and if wanted `_TITLE` and `_SCOPES`.
 * `OIDC_GOOGLE_*` needs no issuer. Throws a sentence that shows no value.
 */
export function readIssuers(env: Readonly<Record<string, unknown>>): IssuerConfig[] {
  const found = new Map<string, Record<string, string>>();
  for (const [key, value] of Object.entries(env)) {
    const [, name, field] = VARIABLE.exec(key) ?? [];
    if (name === undefined || field === undefined || typeof value !== 'string') continue;
    found.set(name, { ...(found.get(name) ?? (name === 'GOOGLE' ? GOOGLE : {})), [field]: value });
  }
  return [...found].map(([name, fields]) => {
    const parsed = issuerSchema.safeParse({
      name: name.toLowerCase(),
      title: fields['TITLE'] ?? name.charAt(0) + name.slice(1).toLowerCase(),
      issuer: fields['ISSUER'],
      clientId: fields['CLIENT_ID'],
      clientSecret: fields['CLIENT_SECRET'],
      scopes: fields['SCOPES'],
    });
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new Error(`${name}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}`);
  });
}
