import { waitFor } from '@shotloom/testing';
import { grown, readCounters } from '../measure/counters';
import { cpuSeconds } from '../measure/cpu-time';
import type { World } from '../world/world';

const TIMEOUT_MS = 300_000;

/**
 * Lets storage draw the posters that it put off while it was busy, so that they do not slow what is measured next. Returns what one of
 * them cost: milliseconds of CPU, ffmpeg included; null where none was left.
 */
export async function untilPostersDrawn({ platform, sql }: World): Promise<number | null> {
  const pid = platform.runtime.pids['storage'] ?? 0;
  const before = await readCounters(platform.runtime, 'storage');
  const cpu = cpuSeconds(pid);
  await waitFor(
    async () => {
      const { rows } = await sql.query<{ left: number }>(
        `select count(*)::int as left from media.assets where kind = 'video' and poster_key is null and deleted_at is null`,
      );
      return rows[0]?.left === 0;
    },
    { what: 'every poster to be drawn', timeoutMs: TIMEOUT_MS, intervalMs: 200 },
  );
  const used = cpuSeconds(pid) - cpu;
  const drawn = grown(
    before,
    await readCounters(platform.runtime, 'storage'),
    'shotloom_posters_total',
    'outcome="drawn"',
  );
  return drawn === 0 ? null : (used * 1000) / drawn;
}
