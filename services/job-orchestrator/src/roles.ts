import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureRoles, whenReachable, type RoleSpec } from '@shotloom/database';
import { loadConfig } from '@shotloom/service-kit';
import { z } from 'zod';

const rolesSchema = z.object({
  /** As an administrator: who owns the database and may make roles. */
  DATABASE_URL: z.string().min(1),
  /** A folder with a file for each role: its name is the role's, its content the password. A mounted Secret is one. */
  ROLES_DIR: z.string().min(1),
  /** The role that owns the schemas and migrates them. */
  OWNER_ROLE: z.string().min(1),
  /** A server that is not there yet is waited for this long. Seconds. */
  WAIT_SECONDS: z.coerce.number().positive().default(300),
});

/** The roles job: makes the Postgres role of each service, with a password, before anything is migrated. Repeatable. */
async function main(): Promise<void> {
  const { DATABASE_URL, ROLES_DIR, OWNER_ROLE, WAIT_SECONDS } = loadConfig(rolesSchema);
  // What begins with dots is how Kubernetes swaps the contents of a volume.
  const names = (await readdir(ROLES_DIR)).filter((name) => !name.startsWith('.'));
  const read = async (name: string): Promise<RoleSpec> => ({
    name,
    password: (await readFile(join(ROLES_DIR, name), 'utf8')).trim(),
    owner: name === OWNER_ROLE,
  });
  const roles = await Promise.all(names.map(read));
  const onWait = (code: string): void => console.log(`Postgres does not take us yet (${code}).`);
  const made = await whenReachable(WAIT_SECONDS, onWait, () => ensureRoles(DATABASE_URL, roles));
  console.log(made.length === 0 ? 'All roles are there.' : `Made ${made.join(', ')}.`);
}

main().catch((error: unknown) => {
  console.error(`The roles could not be made: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
