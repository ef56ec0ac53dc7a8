import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { SchemaDescription } from './describe-schema';
import { findDrift } from './schema-drift';

const UPDATE_VARIABLE = 'UPDATE_SCHEMA_SNAPSHOT';

/**
 * Compares a database with the `schema.snapshot.json` that is committed next to its migrations and returns the
 * drift in words. With `UPDATE_SCHEMA_SNAPSHOT=1` in the environment it writes the file instead.
 */
export function checkSchemaSnapshot(
  actual: SchemaDescription,
  file: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  if (env[UPDATE_VARIABLE] === '1') {
    writeFileSync(file, `${JSON.stringify(actual, null, 2)}\n`);
    return [];
  }
  if (!existsSync(file))
    return [`There is no snapshot ${file}: run the test once with ${UPDATE_VARIABLE}=1.`];
  return findDrift(JSON.parse(readFileSync(file, 'utf8')) as SchemaDescription, actual);
}
