import { z } from 'zod';
import { openDatabase } from '@shotloom/database';
import { ConfigError, createLogger, loadConfig } from '@shotloom/service-kit';
import { keyRing, sealingKeysSchema } from '@shotloom/sealing';
import type { IdentityTables } from './identity/schema/tables';
import { maskSecret } from './provider-credentials/mask-secret';
import { credentialInputSchema, saveOperatorCredential } from './provider-credentials/save-credential';

const seedSchema = z
  .object({
    DATABASE_URL: z.string().min(1),
    CREDENTIALS_KEY: z.string(),
    /** `{"provider", "name", "fields": {...}, "baseUrl"?}` */
    CREDENTIAL_JSON: z.string().transform(parseJson).pipe(credentialInputSchema),
  })
  .and(sealingKeysSchema);

/**
 * Entry point: keeps the operator's credential of `CREDENTIAL_JSON`. Running it again changes nothing. The last line on stdout is
 * JSON, `{credentialId, version}`.
 */
async function main(): Promise<void> {
  // Log lines may come late, and the last line on stdout has to be the answer.
  const logger = createLogger({ service: 'gateway-seed-credential', destination: process.stderr });
  try {
    const config = loadConfig(seedSchema);
    const ring = keyRing(config);
    if (!ring) throw new ConfigError(['CREDENTIALS_KEY: is needed']);
    const database = openDatabase<IdentityTables>({
      url: config.DATABASE_URL,
      applicationName: 'gateway-seed',
      poolSize: 1,
      logger,
    });
    try {
      const { provider, name, fields } = config.CREDENTIAL_JSON;
      const saved = await saveOperatorCredential(database, ring, config.CREDENTIAL_JSON);
      const shown = Object.entries(fields).map(([field, secret]) => `${field} ${maskSecret(secret)}`);
      logger.info({ provider, name, shown, keyId: ring.current.id }, 'the credential is kept');
      console.log(JSON.stringify(saved));
    } finally {
      await database.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.fatal({ err: error }, `could not keep the credential: ${reason}`);
    process.exitCode = 1;
  }
}

/** Without the parser's own message, which shows a piece of the text. */
function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
}

void main();
