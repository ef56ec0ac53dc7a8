import { sql } from 'kysely';
import type { Truth } from '../support/truth';
import { SHORT_WAIT_WORD } from './plan';

/** Seconds; the hard limit is twice that. */
const SHORT_WAIT_SECONDS = 4;

/**
 * What a newer version beside ours would do: every other message that follows from a change in the database carries fields that
 * nobody here knows, in its envelope and in its payload.
 */
export async function speakAsNewerVersion(truth: Truth): Promise<void> {
  for (const schema of ['jobs', 'media']) {
    await truth.run(
      sql`CREATE FUNCTION ${sql.ref(`${schema}.chaos_newer`)}() RETURNS trigger LANGUAGE plpgsql AS ${sql.lit(`BEGIN
        IF random() < 0.5 THEN
          NEW.envelope := jsonb_set(NEW.envelope || '{"from_a_newer_version": {"deep": [1, null]}}',
            '{payload,from_a_newer_version}', '{"deep": [1, null]}');
        END IF;
        RETURN NEW; END`)}`,
    );
    await truth.run(sql`CREATE TRIGGER chaos_newer BEFORE INSERT ON ${sql.ref(`${schema}.outbox`)}
      FOR EACH ROW EXECUTE FUNCTION ${sql.ref(`${schema}.chaos_newer`)}()`);
  }
}

/** Jobs whose prompt asks for it are not waited for as long as the catalogue says. */
export async function shortenSomeWaits(truth: Truth): Promise<void> {
  await truth.run(
    sql`CREATE FUNCTION jobs.chaos_short_wait() RETURNS trigger LANGUAGE plpgsql AS ${sql.lit(`BEGIN
      IF position('${SHORT_WAIT_WORD}' in NEW.request->>'prompt') > 0 THEN
        NEW.longest_wait_seconds := ${SHORT_WAIT_SECONDS};
      END IF;
      RETURN NEW; END`)}`,
  );
  await truth.run(sql`CREATE TRIGGER chaos_short_wait BEFORE INSERT OR UPDATE OF longest_wait_seconds ON jobs.jobs
    FOR EACH ROW EXECUTE FUNCTION jobs.chaos_short_wait()`);
}
