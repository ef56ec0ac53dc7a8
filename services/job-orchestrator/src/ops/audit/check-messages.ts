import type { AuditedDeadLetters, AuditedOutbox, Check } from '@shotloom/contracts';
import { count, failed, passed, undecided } from '../checks';

/** A message that is not on the bus after this is not slow but stuck. Seconds. */
export const UNPUBLISHED_SECONDS = 60;

export function checkOutbox(outbox: AuditedOutbox): Check {
  const { dead, unpublished, complete } = outbox;
  const refused = dead.map(({ id, type, reason }) => `${type} ${id} (${reason})`).join(', ');
  if (dead.length > 0) {
    const text = `The bus refused ${count(dead.length, 'message')} for good: ${refused}.`;
    return failed('published', text, 'Mend the cause, then `npm run ops -- dead-letters replay <id>`.');
  }
  const old = unpublished.filter(({ ageSeconds }) => ageSeconds > UNPUBLISHED_SECONDS);
  if (old.length > 0) {
    const ages = old.map(({ type, ageSeconds }) => `${type} (${Math.round(ageSeconds)} s)`).join(', ');
    const text = `Not on the bus for over ${UNPUBLISHED_SECONDS} s: ${ages}.`;
    return failed(
      'published',
      text,
      'Is NATS up, and does job-orchestrator run? `npm run ops -- stuck` shows the lanes.',
    );
  }
  if (!complete) return undecided('published', 'The outbox is too long to look through for one job.');
  if (unpublished.length > 0)
    return passed('published', `${count(unpublished.length, 'message')} on the way to the bus.`);
  return passed('published', 'Every message is on the bus.');
}

export function checkDeadLetters({ found, complete }: AuditedDeadLetters): Check {
  if (found.length > 0) {
    const list = found.map(({ seq, type, reason }) => `${seq}: ${type} (${reason})`).join('; ');
    const text = `${count(found.length, 'message')} about it went to the dead letters: ${list}.`;
    return failed('dead-letters', text, 'See docs/runbooks/dead-letters.md: show, then replay or discard.');
  }
  return complete
    ? passed('dead-letters', 'No dead letter mentions it.')
    : undecided('dead-letters', 'There are too many dead letters to look through for one job.');
}
