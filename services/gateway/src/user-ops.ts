import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PLATFORM_ROLES } from '@shotloom/contracts';
import { openDatabase } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { createLogger } from '@shotloom/service-kit';
import type { IdentityTables } from './identity/schema/tables';
import { setRole } from './identity/set-role';

const USAGE = `Call it as: npm run ops -- user role <email> <${PLATFORM_ROLES.join('|')}>`;
/** The exit codes of `npm run ops`: done, wrong call, there is no such user, the database does not answer. */
const EXIT = { ok: 0, usage: 2, refused: 3, unavailable: 4 } as const;
const callSchema = z.tuple([z.literal('role'), z.string().min(3), z.enum(PLATFORM_ROLES)]);

/** Entry point of `npm run ops -- user role <email> <role>`. Needs `DATABASE_URL`, or a platform that runs in this folder. */
async function main(args: readonly string[]): Promise<number> {
  const call = callSchema.safeParse(args.filter((arg) => arg !== '--json'));
  if (!call.success) {
    process.stderr.write(`${USAGE}\n`);
    return EXIT.usage;
  }
  const [, email, role] = call.data;
  const logger = createLogger({ service: 'ops', level: 'error', destination: process.stderr });
  const database = openDatabase<IdentityTables>({
    url: databaseUrl(process.env, process.cwd()),
    applicationName: 'gateway-ops',
    poolSize: 1,
    logger,
  });
  try {
    const change = await setRole(database, email, role);
    const words =
      change.from === change.to ? `was ${role} already` : `is ${role} now, and was ${change.from}`;
    const text = args.includes('--json') ? JSON.stringify(change) : `${change.email} ${words}.`;
    process.stdout.write(`${text}\n`);
    return EXIT.ok;
  } finally {
    await database.close();
  }
}

/** As the other commands find it: `DATABASE_URL`, or the `runtime.json` of the platform that runs here. */
function databaseUrl(env: NodeJS.ProcessEnv, folder: string): string {
  if (env['DATABASE_URL']) return env['DATABASE_URL'];
  const file = join(env['SHOTLOOM_DATA_DIR'] || join(folder, '.shotloom'), 'runtime.json');
  try {
    return z.object({ databaseUrl: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).databaseUrl;
  } catch (error) {
    const message = `Nothing runs here (no usable ${file}): set DATABASE_URL, or start the platform.`;
    throw new AppError('unavailable', message, { cause: error });
  }
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    const { code, message } = AppError.from(error);
    process.stderr.write(`${message}\n`);
    process.exitCode = code === 'not_found' ? EXIT.refused : EXIT.unavailable;
  },
);
