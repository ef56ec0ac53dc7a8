import type { AuditedDeadLetters } from '@shotloom/contracts';
import { listDead, type Bus } from '@shotloom/bus';
import { idsIn, toDeadLetterRecord } from '../dead-letter-records';

const PAGE = 200;
/** Dead letters looked at, newest first. More than this many is an alarm before it is a question about one job. */
const LOOKED_AT = 10_000;
const SHOWN = 100;

/** Dead letters that name the job or one of its attempts, as far back as the job goes. */
export async function readDeadLetters(
  bus: Bus,
  ids: readonly string[],
  since: Date,
): Promise<AuditedDeadLetters> {
  const found: AuditedDeadLetters['found'] = [];
  let looked = 0;
  let before: number | undefined;
  while (looked < LOOKED_AT && found.length < SHOWN) {
    const page = await listDead(bus, { limit: PAGE, ...(before === undefined ? {} : { before }) });
    for (const message of page) {
      const named = idsIn(message);
      if (!ids.some((id) => named.has(id))) continue;
      const { seq, stream, durable, type, reason, at } = toDeadLetterRecord(message);
      found.push({ seq, stream, durable, type, reason, at });
    }
    const oldest = page.at(-1);
    if (page.length < PAGE || oldest === undefined || oldest.at < since) return { found, complete: true };
    looked += page.length;
    before = oldest.seq;
  }
  return { found, complete: false };
}
