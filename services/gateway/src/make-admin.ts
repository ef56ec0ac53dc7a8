import { openDatabase } from '@shotloom/database';
import { createLogger, loadConfig } from '@shotloom/service-kit';
import { z } from 'zod';
import { PLATFORM_ACTOR, writeAudit } from './audit/audit-log';
import type { IdentityTables } from './identity/schema/tables';

const schema = z.object({ DATABASE_URL: z.string().min(1), ADMIN_EMAIL: z.email() });

/**
 * Entry point: makes the user with the address ADMIN_EMAIL an admin. Every other role is given over the API, by an admin; the first
 * admin has nobody who could. Running it again changes nothing.
 */
async function main(): Promise<void> {
  const logger = createLogger({ service: 'gateway-make-admin', destination: process.stderr });
  const config = loadConfig(schema);
  const database = openDatabase<IdentityTables>({
    url: config.DATABASE_URL,
    applicationName: 'gateway-make-admin',
    poolSize: 1,
    logger,
  });
  try {
    await database.run(async ({ sql }) => {
      const user = await sql
        .selectFrom('identity.users')
        .select(['id', 'role'])
        .where((where) => where(where.fn<string>('lower', ['email']), '=', config.ADMIN_EMAIL.toLowerCase()))
        .forUpdate()
        .executeTakeFirst();
      if (!user) throw new Error(`There is no user ${config.ADMIN_EMAIL}: register first.`);
      if (user.role === 'admin') return;
      await sql.updateTable('identity.users').set({ role: 'admin' }).where('id', '=', user.id).execute();
      const target = { type: 'user', id: user.id };
      const details = { from: user.role, to: 'admin', reason: 'by a command on the machine of the operator' };
      await writeAudit(sql, { actor: PLATFORM_ACTOR, action: 'user.role_changed', target, details });
    });
    console.log(`${config.ADMIN_EMAIL} is an admin.`);
  } finally {
    await database.close();
  }
}

main().catch((error: unknown) => {
  console.error(`Nobody was made an admin: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
