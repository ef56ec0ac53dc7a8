import { randomBytes } from 'node:crypto';
import { readPrivateJson, writePrivateJson } from './private-file';

/** The demo user that the first start made. */
export interface DemoUser {
  readonly userId: string;
  readonly accountId: string;
  readonly apiKey: string;
  /** The demo admin, made beside it. */
  readonly adminEmail?: string;
  readonly adminPassword?: string;
}

/** Made once per data folder; the data cannot be read without them. */
export interface Secrets {
  readonly postgresPassword: string;
  readonly objectStoreSigningSecret: string;
  /** Signs the addresses that vendors call back at. */
  readonly callbackSecret: string;
  /** Seals the keys of vendors; base64 of 32 bytes. Without it the keys that are kept cannot be read. */
  readonly credentialsKey: string;
  /** Signs the access tokens of sessions; base64 of 32 bytes. With another, everybody signs in again. */
  readonly signingKey: string;
  /** Of the demo admin, who signs in at the console. */
  readonly adminPassword: string;
  readonly demoUser?: DemoUser;
}

export async function openSecrets(file: string): Promise<Secrets> {
  const known = await readPrivateJson<Partial<Secrets>>(file);
  const secrets: Secrets = {
    postgresPassword: randomSecret(),
    objectStoreSigningSecret: randomSecret(),
    callbackSecret: randomSecret(),
    credentialsKey: randomBytes(32).toString('base64'),
    signingKey: randomBytes(32).toString('base64'),
    adminPassword: randomBytes(12).toString('base64url'),
    ...known,
  };
  await writePrivateJson(file, secrets);
  return secrets;
}

export async function keepDemoUser(file: string, secrets: Secrets, demoUser: DemoUser): Promise<void> {
  await writePrivateJson(file, { ...secrets, demoUser });
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
