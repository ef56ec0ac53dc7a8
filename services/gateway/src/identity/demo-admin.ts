import { hash, verify } from '@node-rs/argon2';
import type { Database } from '@shotloom/database';
import { findUserByEmail } from '../auth/find-user';
import { PASSWORD_COST } from '../auth/password-hasher';
import { createPerson } from './people';
import { setRole } from './set-role';
import type { IdentityTables } from './schema/tables';

export const DEMO_ADMIN_EMAIL = 'admin@shotloom.local';

/**
 * An admin who signs in with this password, so that a local platform can be run. Again with the same password it changes nothing.
 */
export async function seedDemoAdmin(
  database: Database<IdentityTables>,
  password: string,
): Promise<{ email: string }> {
  const known = await findUserByEmail(database.sql, DEMO_ADMIN_EMAIL);
  const isSame =
    known !== undefined && known.passwordHash !== null && (await verify(known.passwordHash, password));
  const passwordHash = isSame ? known.passwordHash : await hash(password, PASSWORD_COST);
  await database.run(async ({ sql }) => {
    if (known) {
      await sql
        .updateTable('identity.users')
        .set({ password_hash: passwordHash })
        .where('id', '=', known.id)
        .execute();
      return;
    }
    const person = {
      email: DEMO_ADMIN_EMAIL,
      displayName: 'Admin',
      passwordHash,
      emailVerifiedAt: new Date(),
    };
    await createPerson(sql, person);
  });
  await setRole(database, DEMO_ADMIN_EMAIL, 'admin');
  return { email: DEMO_ADMIN_EMAIL };
}
